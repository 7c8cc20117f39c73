"""Searches over random points give what qdrant-client's in-memory mode gives."""

import random

import pytest
from qdrant_client import models

import library
from congruence import close, same_hits
from library import MIXED, PLAIN, dense, sparse
from test_filters import FILTERS

EXACT = models.SearchParams(exact=True)
QUERIES = 12


def both(client, memory, collection, **query):
    ours = client.query_points(collection, search_params=EXACT, **query).points
    theirs = memory.query_points(collection, search_params=EXACT, **query).points
    same_hits(ours, theirs)
    return ours


def prefetches(rng, limit=25):
    return [models.Prefetch(query=dense(rng), using="cosine", limit=limit, params=EXACT),
            models.Prefetch(query=sparse(rng), using="words", limit=limit, params=EXACT)]


@pytest.fixture
def rng(request):
    seed = f"{library.SEED}-{request.node.originalname}"
    print("seed", seed)
    return random.Random(seed)


def test_unnamed(client, memory, rng):
    for _ in range(QUERIES):
        both(client, memory, PLAIN, query=dense(rng), limit=rng.randint(1, 30), with_payload=True,
             with_vectors=True)


@pytest.mark.parametrize("vector", library.DISTANCES)
def test_dense(client, memory, rng, vector):
    for _ in range(QUERIES):
        both(client, memory, MIXED, query=dense(rng), using=vector, limit=rng.randint(1, 50),
             with_payload=True)


def test_sparse(client, memory, rng):
    for _ in range(QUERIES):
        both(client, memory, MIXED, query=sparse(rng), using="words", limit=rng.randint(1, 50),
             with_payload=True)


def test_sparse_by_default_is_near_exact(client, rng):
    found = 0
    for _ in range(QUERIES):
        query = sparse(rng)
        answers = [client.query_points(MIXED, query=query, using="words", search_params=params)
                   for params in (None, EXACT)]
        found += len({hit.id for hit in answers[0].points} & {hit.id for hit in answers[1].points})
    assert found >= 0.9 * 10 * QUERIES


@pytest.mark.parametrize("name", FILTERS)
def test_filtered(client, memory, rng, name):
    for query, vector in ((dense(rng), "cosine"), (sparse(rng), "words")):
        both(client, memory, MIXED, query=query, using=vector, query_filter=FILTERS[name], limit=40)


@pytest.mark.parametrize("vector", library.DISTANCES)
def test_threshold(client, memory, rng, vector):
    query = dense(rng)
    hits = client.query_points(MIXED, query=query, using=vector, limit=20).points
    middle = (hits[9].score + hits[10].score) / 2
    assert len(both(client, memory, MIXED, query=query, using=vector, limit=20,
                    score_threshold=middle)) == 10


def test_offset(client, memory, rng):
    query = dense(rng)
    whole = both(client, memory, MIXED, query=query, using="cosine", limit=30)
    part = both(client, memory, MIXED, query=query, using="cosine", limit=10, offset=20)
    assert [hit.id for hit in part] == [hit.id for hit in whole[20:]]


def test_by_id(client, memory, rng):
    ids = [record.id for record in client.scroll(MIXED, limit=60)[0]]
    for _ in range(QUERIES):
        chosen = rng.choice(ids)
        hits = both(client, memory, MIXED, query=chosen, using="cosine", limit=10)
        assert chosen not in [hit.id for hit in hits]


def test_by_id_of_another_collection(client, memory):
    both(client, memory, MIXED, query=5, using="cosine", limit=10,
         lookup_from=models.LookupLocation(collection=PLAIN, vector=""))


@pytest.mark.parametrize("query", [
    models.FusionQuery(fusion=models.Fusion.RRF),
    models.FusionQuery(fusion=models.Fusion.DBSF),
    models.RrfQuery(rrf=models.Rrf(k=60)),
    models.RrfQuery(rrf=models.Rrf(k=7, weights=[3.0, 1.0])),
], ids=["rrf", "dbsf", "rrf-k", "rrf-weights"])
def test_fusion(client, memory, rng, query):
    for _ in range(QUERIES):
        both(client, memory, MIXED, prefetch=prefetches(rng), query=query, limit=20,
             with_payload=["city"])


def test_fusion_with_filter_and_offset(client, memory, rng):
    for _ in range(QUERIES):
        # A prefetch that finds all there is, so that the filter may stand before or after it.
        both(client, memory, MIXED, prefetch=prefetches(rng, 500), limit=10, offset=5,
             query=models.FusionQuery(fusion=models.Fusion.RRF), query_filter=FILTERS["match"])


def test_rescoring(client, memory, rng):
    for _ in range(QUERIES):
        both(client, memory, MIXED, prefetch=prefetches(rng)[1], query=dense(rng), using="cosine",
             limit=10)


def test_nested_prefetch(client, memory, rng):
    for _ in range(QUERIES):
        inner = models.Prefetch(prefetch=prefetches(rng), limit=30,
                                query=models.FusionQuery(fusion=models.Fusion.DBSF))
        both(client, memory, MIXED, prefetch=inner, query=dense(rng), using="euclid", limit=10)


@pytest.mark.parametrize("vector", [*library.DISTANCES, "words"])
def test_diverse(client, memory, rng, vector):
    for diversity in (0.0, 0.3, 0.5, 0.9, 1.0):
        query = sparse(rng) if vector == "words" else dense(rng)
        query = models.NearestQuery(nearest=query, mmr=models.Mmr(
            diversity=diversity, candidates_limit=40))
        ours, theirs = [one.query_points(MIXED, query=query, using=vector, limit=10,
                                         search_params=EXACT).points for one in (client, memory)]
        assert [hit.id for hit in ours] == [hit.id for hit in theirs]
        assert close([hit.score for hit in ours], [hit.score for hit in theirs])


def test_batch(client, memory, rng):
    requests = [models.QueryRequest(query=dense(rng), using="cosine", limit=5, params=EXACT),
                models.QueryRequest(query=sparse(rng), using="words", limit=7, params=EXACT,
                                    with_payload=True),
                models.QueryRequest(prefetch=prefetches(rng), limit=9,
                                    query=models.FusionQuery(fusion=models.Fusion.DBSF))]
    answers = zip(client.query_batch_points(MIXED, requests),
                  memory.query_batch_points(MIXED, requests), strict=True)
    for ours, theirs in answers:
        same_hits(ours.points, theirs.points)


@pytest.mark.parametrize("key", ["city", "row", "address.street", "tags"])
def test_groups(client, memory, rng, key):
    for _ in range(4):
        # Points with several tags are the best of several groups, which then stand in any order.
        query = {"query": dense(rng), "using": "cosine", "group_by": key,
                 "limit": 10 if key == "tags" else 3, "group_size": 4, "with_payload": True}
        ours = client.query_points_groups(MIXED, **query).groups
        theirs = memory.query_points_groups(MIXED, **query).groups
        assert close([group.hits[0].score for group in ours],
                     [group.hits[0].score for group in theirs])
        theirs = {group.id: group.hits for group in theirs}
        assert {group.id for group in ours} == theirs.keys()
        for group in ours:
            same_hits(group.hits, theirs[group.id])


def test_groups_of_mixed_values(client, scratch):
    client.create_collection(scratch, models.VectorParams(size=1, distance=models.Distance.DOT))
    values = [True, "a", 7, [False, "a"], 1.5, None, {"a": 1}, [True]]
    client.upsert(scratch, [models.PointStruct(id=i, vector=[10 - i], payload={"value": value})
                            for i, value in enumerate(values)], wait=True)
    groups = client.query_points_groups(scratch, group_by="value", query=[1.0], limit=10).groups
    assert {group.id: [hit.id for hit in group.hits] for group in groups} == {"a": [1, 3], 7: [2]}
    assert all(type(group.id) in (str, int) for group in groups)


def test_payload_selection(client, memory, rng):
    for chosen in (True, False, ["city", "address.street", "rooms[].kind"],
                   models.PayloadSelectorInclude(include=["address", "tags"]),
                   models.PayloadSelectorExclude(exclude=["text", "address.number", "rooms"])):
        both(client, memory, MIXED, query=dense(rng), using="cosine", with_payload=chosen)


def test_vector_selection(client, memory, rng):
    for chosen in (True, False, ["euclid"], ["cosine", "words"]):
        both(client, memory, MIXED, query=dense(rng), using="cosine", with_vectors=chosen)


def test_without_query(client):
    hits = client.query_points(MIXED, limit=15).points
    assert [hit.id for hit in hits] == [one.id for one in client.scroll(MIXED, limit=15)[0]]
    assert all(close(hit.score, 0) for hit in hits)
