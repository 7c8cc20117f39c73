"""The asynchronous client, and the searches of clients before 1.16."""

import asyncio
import json
import random
import urllib.request

from qdrant_client import AsyncQdrantClient, models

import library
from congruence import close
from library import MIXED, PLAIN


def test_asynchronous(server, client):
    async def search():
        other = AsyncQdrantClient(url=server.url, check_compatibility=False)
        found = await asyncio.gather(*[other.query_points(PLAIN, query=number, limit=5)
                                       for number in range(20)])
        await other.close()
        return found

    for number, found in enumerate(asyncio.run(search())):
        assert found.points == client.query_points(PLAIN, query=number, limit=5).points


def test_older_searches(server, client):
    def post(route, body):
        request = urllib.request.Request(f"{server.url}/collections/{MIXED}/points/{route}",
                                         json.dumps(body).encode(),
                                         {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["result"]

    def scores(hits):
        return [hit["score"] for hit in hits]

    rng = random.Random(library.SEED)
    dense, sparse = library.dense(rng), library.sparse(rng)
    expected = [[hit.score for hit in client.query_points(
        MIXED, query=query, using=name, limit=7,
        search_params=models.SearchParams(exact=True)).points]
        for name, query in (("euclid", dense), ("words", sparse))]
    bodies = [{"vector": {"name": name, "vector": vector}, "limit": 7, "params": {"exact": True}}
              for name, vector in (("euclid", dense), ("words", sparse.model_dump()))]
    assert close([scores(post("search", body)) for body in bodies], expected)
    assert close([scores(hits) for hits in post("search/batch", {"searches": bodies})], expected)
    groups = post("search/groups", bodies[0] | {"group_by": "city", "group_size": 2})["groups"]
    assert groups[0]["hits"][0]["score"] == expected[0][0]
