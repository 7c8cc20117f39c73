"""Text in the place of sparse vectors, and the modifier idf, through qdrant-client."""

import math
import random

import pytest
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

import library
from congruence import same_hits
from library import sparse

EXACT = models.SearchParams(exact=True)
TEXTS = ["A quick brown fox jumps over the lazy dog",
         "Foxes are quick; dogs are lazy, and lazy dogs sleep",
         "The server answers quickly",
         "An index of sparse vectors answers queries",
         "Queries are short, documents are long"]


def document(text, **options):
    return models.Document(text=text, model="qdrant/bm25", options=options or None)


@pytest.fixture
def texts(server, scratch):
    """Without cloud_inference the client would look for FastEmbed."""
    client = QdrantClient(url=server.url, timeout=30, check_compatibility=False,
                          cloud_inference=True)
    client.create_collection(
        scratch, vectors_config={"d": models.VectorParams(size=2, distance="Dot")},
        sparse_vectors_config={"t": models.SparseVectorParams(modifier=models.Modifier.IDF)})
    client.upsert(scratch, [models.PointStruct(id=row, vector={"t": document(text), "d": [1, row]},
                                               payload={"even": row % 2 == 0, "kind": f"{row % 2}"})
                            for row, text in enumerate(TEXTS)])
    yield client, scratch
    client.close()


def test_modifier_is_shown(texts):
    client, name = texts
    shown = client.get_collection(name).config.params.sparse_vectors
    assert shown["t"].modifier == models.Modifier.IDF


def test_idf_is_qdrants(client, scratch):
    rng = random.Random(library.SEED)
    print("seed", library.SEED)
    memory = QdrantClient(":memory:")
    points = [models.PointStruct(id=row, vector={"t": sparse(rng)} if row % 5 else {})
              for row in range(200)]
    for one in (client, memory):
        one.create_collection(scratch, vectors_config={}, sparse_vectors_config={
            "t": models.SparseVectorParams(modifier=models.Modifier.IDF)})
        one.upsert(scratch, points)
    for _ in range(20):
        query = dict(query=sparse(rng), using="t", limit=20, search_params=EXACT)
        same_hits(client.query_points(scratch, **query).points,
                  memory.query_points(scratch, **query).points)


def test_text_is_searched(texts):
    client, name = texts

    def ids(text, **more):
        return [hit.id for hit in client.query_points(name, query=document(text), using="t",
                                                      **more).points]

    assert ids("fox") == [0, 1] or ids("fox") == [1, 0]
    assert ids("sleeping dogs")[0] == 1
    assert ids("short queries") == [4, 3]
    assert ids("the of and") == []
    even = models.Filter(must=[models.FieldCondition(key="even",
                                                     match=models.MatchValue(value=True))])
    assert ids("queries", query_filter=even) == [4]


def test_scores_are_bm25(texts):
    client, name = texts
    hit = client.query_points(name, query=document("sleep"), using="t").points[0]
    tf = 2.2 / (1 + 1.2 * (0.25 + 0.75 * 7 / 256))  # "are" and "and" are no terms
    assert hit.id == 1
    assert math.isclose(hit.score, tf * math.log(1 + 4.5 / 1.5), rel_tol=1e-3)


def test_batch_groups_and_prefetch(texts):
    client, name = texts
    request = models.QueryRequest(query=document("lazy"), using="t", limit=5)
    first, second = client.query_batch_points(name, [request, request])
    assert [hit.id for hit in first.points] == [1, 0]
    assert first == second
    groups = client.query_points_groups(name, group_by="kind", query=document("lazy"),
                                        using="t").groups
    assert [group.hits[0].id for group in groups] == [1, 0]
    fused = client.query_points(
        name, query=models.FusionQuery(fusion=models.Fusion.RRF),
        prefetch=[models.Prefetch(query=document("lazy"), using="t", limit=1),
                  models.Prefetch(query=[0, 1], using="d", limit=1)]).points
    assert {hit.id for hit in fused} == {1, 4}


def test_update_vectors(texts):
    client, name = texts
    client.update_vectors(name, [models.PointVectors(
        id=0, vector={"t": document("zebra", language="none", avg_len=10, k=1.0, b=0.5)})])
    hits = client.query_points(name, query=document("zebra", language="none"), using="t").points
    assert [hit.id for hit in hits] == [0]
    assert 0 not in [hit.id for hit in client.query_points(name, query=document("fox"),
                                                           using="t").points]


@pytest.mark.parametrize("made,words", [
    (models.Document(text="a", model="bert"), ["model", "qdrant/bm25", "bert"]),
    (models.Document(text="a", model="qdrant/bm25", options={"language": "klingon"}), ["language"]),
])
def test_wrong_documents(texts, made, words):
    client, name = texts
    for call in (lambda: client.query_points(name, query=made, using="t"),
                 lambda: client.upsert(name, [models.PointStruct(id=9, vector={"t": made})])):
        with pytest.raises(UnexpectedResponse) as error:
            call()
        assert error.value.status_code == 400
        assert all(word in error.value.content.decode() for word in words)


def test_dense_vectors_take_no_text(texts):
    client, name = texts
    with pytest.raises(UnexpectedResponse, match="is dense"):
        client.query_points(name, query=document("a"), using="d")
