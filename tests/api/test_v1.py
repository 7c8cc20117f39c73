"""The server's own API: search, rerank, models and the Model Context Protocol, over plain HTTP."""

import json
import math
import random
import urllib.error
import urllib.parse
import urllib.request

import numpy as np
from qdrant_client import models

import library
from congruence import close
from library import MIXED


def ask(server, path, body=None, headers=None, status=200, method=None):
    """The answer's JSON; without a body the method is GET."""
    request = urllib.request.Request(
        server.url + urllib.parse.quote(path), None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"} | (headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            got, text, kind = answer.status, answer.read(), answer.headers.get("Content-Type")
    except urllib.error.HTTPError as error:
        got, text, kind = error.code, error.read(), error.headers["Content-Type"]
    assert got == status, text
    if status >= 400 and not path.startswith("/mcp"):
        assert kind == "application/problem+json"
    return json.loads(text) if text else None


def all_points(client):
    """Of the mixed collection, in the order of their writes."""
    found, offset = [], None
    while True:
        page, offset = client.scroll(MIXED, limit=500, offset=offset, with_vectors=True)
        found += page
        if offset is None:
            return found


def sparse_scores(points, query):
    weights = dict(zip(query.indices, query.values))
    scores = {}
    for point in points:
        words = point.vector.get("words")
        if words is not None:
            shared = {index: weights[index] * value
                      for index, value in zip(words.indices, words.values) if index in weights}
            if shared:
                scores[point.id] = shared
    return scores


def test_search_and_explanation(server, client):
    points = all_points(client)
    rng = random.Random(library.SEED)
    for _ in range(5):
        query = library.sparse(rng)
        expected = sparse_scores(points, query)
        answer = ask(server, f"/v1/collections/{MIXED}/search", {
            "sparse": query.model_dump(), "exact": True, "explain": True, "limit": 20})
        hits = answer["hits"]
        best = sorted((sum(shared.values()) for shared in expected.values()), reverse=True)
        assert close([hit["score"] for hit in hits], best[:20], 1e-6)
        for hit in hits:
            shared = expected[hit["id"]]
            told = hit["explanation"][0]
            assert {one["index"] for one in told["components"]} == shared.keys()
            products = [one["product"] for one in told["components"]]
            assert products == sorted(products, reverse=True)
            assert math.isclose(sum(products), told["score"], rel_tol=1e-6)
            assert told["score"] == hit["score"]
            assert all(math.isclose(one["query"] * one["document"], one["product"], rel_tol=1e-6)
                       for one in told["components"])


def test_hybrid(server, client):
    points = all_points(client)
    rng = random.Random(library.SEED + 1)
    for _ in range(5):
        words, vector = library.sparse(rng), library.dense(rng)
        answer = ask(server, f"/v1/collections/{MIXED}/search", {
            "sparse": words.model_dump(), "dense": {"vector": vector, "using": "dot"},
            "exact": True, "limit": 15, "with_payload": False})
        lists = {
            "sparse": {one: sum(shared.values())
                       for one, shared in sparse_scores(points, words).items()},
            "dense": {point.id: float(np.dot(np.array(point.vector["dot"]), np.array(vector)))
                      for point in points if "dot" in point.vector}}
        for hit in answer["hits"]:
            assert "payload" not in hit
            total = sum(1 / (59 + one["rank"]) for one in hit["sources"])
            assert math.isclose(hit["score"], total, rel_tol=1e-6)
            for one in hit["sources"]:
                score = lists[one["source"]][hit["id"]]
                assert math.isclose(one["score"], score, rel_tol=1e-4, abs_tol=1e-5)
                better = sum(other > score + 1e-4 for other in lists[one["source"]].values())
                assert better <= one["rank"] - 1
        scores = [hit["score"] for hit in answer["hits"]]
        assert scores == sorted(scores, reverse=True)


def test_filter_and_recall(server, client):
    query = library.sparse(random.Random(3))
    points = {point.id: point for point in all_points(client)}
    for recall in (0.5, 0.9, 1):
        answer = ask(server, f"/v1/collections/{MIXED}/search", {
            "sparse": query.model_dump(), "recall": recall, "limit": 400,
            "filter": {"must": [{"key": "city", "match": {"value": "Oslo"}}]}})
        there = [one for one in sparse_scores(points.values(), query)
                 if points[one].payload.get("city") == "Oslo"]
        assert sorted(map(str, there)) == sorted(str(hit["id"]) for hit in answer["hits"])
        assert answer["settings"]["sparse"]["exact"] == (recall == 1)
        counters = answer["counters"]
        assert counters["filter"]["scanned"] + counters["filter"]["walked"] > 0


def test_problems(server):
    path = f"/v1/collections/{MIXED}/search"
    problem = ask(server, path, {"dense": [1.0]}, status=400)
    assert problem["status"] == 400 and "cosine" in problem["detail"]
    assert "body.sparce" in ask(server, path, {"sparce": {}}, status=400)["detail"]
    ask(server, "/v1/collections/none/search", {"dense": [1.0]}, status=404)
    ask(server, "/v1/embeddings", {"input": "a", "model": "none"}, status=404)


def test_text(server, client, scratch):
    client.create_collection(scratch, sparse_vectors_config={
        "w": models.SparseVectorParams(modifier=models.Modifier.IDF)})
    texts = ["amber fjord", "amber amber zinc", "zinc", "running"]
    ask(server, f"/collections/{scratch}/points", method="PUT", body={"points": [
        {"id": row, "vector": {"w": {"text": text, "model": "temblor/bm25"}}}
        for row, text in enumerate(texts)]})
    answer = ask(server, f"/v1/collections/{scratch}/search", {
        "text": "the zinc runs", "explain": True, "exact": True})
    assert {hit["id"] for hit in answer["hits"]} == {1, 2, 3}
    for hit in answer["hits"]:
        told = hit["explanation"][0]
        assert [one["term"] for one in told["components"]] == (
            ["run"] if hit["id"] == 3 else ["zinc"])
        assert math.isclose(sum(one["product"] for one in told["components"]), hit["score"],
                            rel_tol=1e-6)


def test_rerank(server):
    documents = ["amber fjord", "basalt basalt amber", {"text": "fjord"}, "zinc"]
    answer = ask(server, "/v1/rerank", {"query": "basalt amber", "documents": documents,
                                        "top_n": 3, "return_documents": True})
    assert [one["index"] for one in answer["results"]] == [1, 0, 2]
    assert answer["results"][0]["document"] == {"text": documents[1]}
    words = [["amber", "fjord"], ["basalt", "basalt", "amber"], ["fjord"], ["zinc"]]
    mean = sum(map(len, words)) / 4

    def bm25(document):
        score = 0
        for word in ("basalt", "amber"):
            df = sum(word in other for other in words)
            tf = document.count(word)
            score += (math.log(1 + (4 - df + 0.5) / (df + 0.5)) * tf * 2.2 /
                      (tf + 1.2 * (0.25 + 0.75 * len(document) / mean)))
        return score

    for one in answer["results"]:
        assert math.isclose(one["relevance_score"], bm25(words[one["index"]]), abs_tol=1e-5)
    assert [model["id"] for model in ask(server, "/v1/models")["data"]] == ["temblor/bm25"]


def test_mcp(server, client):
    def rpc(method, params=None, number=1):
        answer = ask(server, "/mcp", {"jsonrpc": "2.0", "id": number, "method": method,
                                      "params": params or {}},
                     {"Accept": "application/json, text/event-stream",
                      "MCP-Protocol-Version": "2025-06-18"})
        assert answer["jsonrpc"] == "2.0" and answer["id"] == number
        return answer["result"]

    started = rpc("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                 "clientInfo": {"name": "test", "version": "1"}})
    assert started["protocolVersion"] == "2025-06-18"
    assert ask(server, "/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"},
               status=202) is None
    assert [tool["name"] for tool in rpc("tools/list")["tools"]] == ["search", "fetch"]
    query = library.sparse(random.Random(8)).model_dump()
    found = rpc("tools/call", {"name": "search", "arguments": {
        "collection": MIXED, "sparse": query, "limit": 3}})
    assert not found["isError"]
    assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
    hit = found["structuredContent"]["hits"][0]
    fetched = rpc("tools/call", {"name": "fetch", "arguments": {
        "collection": MIXED, "id": hit["id"]}}, 2)
    assert fetched["structuredContent"] == {"id": hit["id"], "payload": hit["payload"]}
    assert client.retrieve(MIXED, [hit["id"]])[0].payload == hit["payload"]
    assert rpc("tools/call", {"name": "fetch", "arguments": {"collection": "none", "id": 1}})[
        "isError"]
    for origin, status in (("http://evil.example", 403), (server.url, 200)):
        ask(server, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"Origin": origin},
            status)
    ask(server, "/mcp", status=405)
