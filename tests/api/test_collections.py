"""Collections, aliases, payload indexes, snapshots and errors."""

import importlib.metadata
import json
import urllib.parse
import urllib.request

import pytest
from qdrant_client import models
from qdrant_client.common.version_check import is_compatible
from qdrant_client.http.exceptions import UnexpectedResponse

import library
from congruence import same_records
from library import MIXED, PLAIN

UNNAMED = models.VectorParams(size=3, distance=models.Distance.COSINE)


def refused(status, call, *given, **named):
    with pytest.raises(UnexpectedResponse) as caught:
        call(*given, **named)
    assert caught.value.status_code == status, caught.value
    return json.loads(caught.value.content)["status"]["error"]


def test_version(client):
    assert is_compatible(importlib.metadata.version("qdrant-client"), client.info().version)


def test_life(client, scratch):
    assert not client.collection_exists(scratch)
    assert client.create_collection(scratch, UNNAMED)
    assert client.collection_exists(scratch)
    assert scratch in [one.name for one in client.get_collections().collections]
    assert "already exists" in refused(409, client.create_collection, scratch, UNNAMED)
    assert client.get_collection(scratch).points_count == 0
    assert client.query_points(scratch, query=[1, 0, 0]).points == []
    assert client.scroll(scratch) == ([], None)
    assert client.delete_collection(scratch)
    assert not client.collection_exists(scratch)
    assert not client.delete_collection(scratch)


@pytest.mark.parametrize("vectors, sparse", [
    (UNNAMED, None),
    ({"": UNNAMED}, None),
    ({"a": UNNAMED, "b": UNNAMED}, None),
    ({"": UNNAMED}, {"words": models.SparseVectorParams(index=models.SparseIndexParams())}),
    (None, {"words": models.SparseVectorParams(modifier=models.Modifier.NONE)}),
    ({}, {"words": models.SparseVectorParams()}),
], ids=["unnamed", "empty-name", "two", "hybrid", "sparse", "no-dense"])
def test_shapes(client, scratch, vectors, sparse):
    client.create_collection(scratch, vectors, sparse)
    vector = {"words": models.SparseVector(indices=[1, 5], values=[1, 2])} if sparse else {}
    if isinstance(vectors, dict):
        vector |= {name: [1, 2, 3] for name in vectors}
    elif vectors is not None:
        vector = [1, 2, 3]
    client.upsert(scratch, [models.PointStruct(id=1, vector=vector)])
    assert client.count(scratch).count == 1
    found = client.get_collection(scratch).config.params
    assert set(found.sparse_vectors or {}) == set(sparse or {})
    if sparse:
        hits = client.query_points(scratch, query=models.SparseVector(indices=[5], values=[1]),
                                   using="words").points
        assert [(hit.id, hit.score) for hit in hits] == [(1, 2)]


def test_settings_of_other_engines_are_taken(client, scratch):
    assert client.create_collection(
        scratch,
        models.VectorParams(
            size=3, distance=models.Distance.DOT, on_disk=True, datatype=models.Datatype.FLOAT16,
            hnsw_config=models.HnswConfigDiff(m=8, payload_m=4), memory=models.Memory.COLD,
            quantization_config=models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8))),
        sparse_vectors_config={"words": models.SparseVectorParams(index=models.SparseIndexParams(
            on_disk=True, full_scan_threshold=10, datatype=models.Datatype.FLOAT16,
            memory=models.Memory.COLD))},
        hnsw_config=models.HnswConfigDiff(ef_construct=64),
        optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0),
        wal_config=models.WalConfigDiff(wal_capacity_mb=16),
        shard_number=1, replication_factor=1, write_consistency_factor=1, on_disk_payload=True,
        sharding_method=models.ShardingMethod.AUTO, metadata={"made by": "test"})
    client.update_collection(scratch, optimizers_config=models.OptimizersConfigDiff(
        indexing_threshold=20_000))
    client.upsert(scratch, [models.PointStruct(id=1, vector=[1, 2, 3])])
    assert client.query_points(scratch, query=[1, 1, 1], search_params=models.SearchParams(
        hnsw_ef=128, indexed_only=False, quantization=models.QuantizationSearchParams(
            rescore=True))).points[0].score == 6


def test_recreate(client, scratch):
    for _ in range(2):
        client.recreate_collection(scratch, UNNAMED)
        client.upsert(scratch, [models.PointStruct(id=1, vector=[1, 2, 3])])


def test_aliases(client, scratch):
    def swap(new, old=None):
        actions = [models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=old))
                   ] if old else []
        actions.append(models.CreateAliasOperation(create_alias=models.CreateAlias(
            collection_name=new, alias_name="current")))
        return client.update_collection_aliases(actions)

    client.create_collection(scratch, UNNAMED)
    assert swap(PLAIN)
    assert client.count("current").count == client.count(PLAIN).count
    assert [one.alias_name for one in client.get_collection_aliases(PLAIN).aliases] == ["current"]
    assert swap(scratch, old="current")
    assert client.count("current").count == 0
    assert client.collection_exists("current")
    client.update_collection_aliases([models.RenameAliasOperation(
        rename_alias=models.RenameAlias(old_alias_name="current", new_alias_name="latest"))])
    assert [(one.alias_name, one.collection_name) for one in client.get_aliases().aliases
            ] == [("latest", scratch)]
    client.delete_collection(scratch)
    assert client.get_aliases().aliases == []


INDEXES = {
    "keyword": "keyword", "integer": models.PayloadSchemaType.INTEGER, "float": "float",
    "bool": "bool", "datetime": "datetime", "uuid": "uuid", "text": "text",
    "keyword-params": models.KeywordIndexParams(type="keyword", is_tenant=True, on_disk=True),
    "integer-params": models.IntegerIndexParams(type="integer", lookup=True, range=True),
    "text-params": models.TextIndexParams(type="text", tokenizer="word", lowercase=True),
}


@pytest.mark.parametrize("schema", INDEXES)
def test_payload_indexes(client, scratch, schema):
    client.create_collection(scratch, UNNAMED)
    client.create_payload_index(scratch, "in.field", field_schema=INDEXES[schema], wait=True)
    shown = {"uuid": "keyword"}.get(schema, schema.split("-")[0])
    assert client.get_collection(scratch).payload_schema["in.field"].data_type == shown
    client.delete_payload_index(scratch, "in.field", wait=True)
    assert client.get_collection(scratch).payload_schema == {}


@pytest.mark.parametrize("by_upload", [False, True], ids=["recover", "upload"])
def test_snapshots(client, server, scratch, by_upload):
    made = client.create_snapshot(MIXED)
    assert made.size > 0
    assert made.name in [one.name for one in client.list_snapshots(MIXED)]
    address = f"{server.url}/collections/{MIXED}/snapshots/{made.name}"
    with urllib.request.urlopen(address) as answer:
        archive = answer.read()
    assert len(archive) == made.size
    if by_upload:
        with urllib.request.urlopen(urllib.request.Request(
                f"{server.url}/collections/{urllib.parse.quote(scratch)}/snapshots/upload", archive,
                {"Content-Type": "application/x-tar"}, method="POST")) as answer:
            assert json.load(answer)["result"] is True
    else:
        path, = server.folder.glob(f"snapshots/*/{made.name}")
        assert client.recover_snapshot(scratch, f"file://{path}")
    same_records(*[client.scroll(name, limit=1000, with_vectors=True)[0]
                   for name in (scratch, MIXED)])
    assert client.delete_snapshot(MIXED, made.name)
    assert made.name not in [one.name for one in client.list_snapshots(MIXED)]
    refused(404, client.delete_snapshot, MIXED, made.name)


def test_missing_collection(client):
    for call in (client.get_collection, client.count, client.scroll, client.create_snapshot,
                 client.list_snapshots):
        assert "absent" in refused(404, call, "absent")
    refused(404, client.query_points, "absent", query=[1.0])
    refused(404, client.upsert, "absent", [models.PointStruct(id=1, vector=[1.0])])
    refused(404, client.update_collection_aliases, [models.CreateAliasOperation(
        create_alias=models.CreateAlias(collection_name="absent", alias_name="x"))])


def test_wrong_input(client, scratch):
    client.create_collection(scratch, UNNAMED,
                             sparse_vectors_config={"words": models.SparseVectorParams()})

    def upsert(vector, one=1):
        return refused(400, client.upsert, scratch, [models.PointStruct(id=one, vector=vector)])

    def query(status=400, **given):
        return refused(status, client.query_points, scratch, **given)

    upsert([1, 2])
    upsert({"other": [1, 2, 3]})
    upsert({"words": models.SparseVector(indices=[1, 1], values=[1, 2])})
    upsert({"words": models.SparseVector(indices=[1, 2], values=[1])})
    query(query=[1, 2])
    query(query=[1, 2, 3], using="other")
    query(query=[1, 2, 3], using="words")
    query(query=models.SparseVector(indices=[1], values=[1]))
    query(query=models.FusionQuery(fusion=models.Fusion.RRF))
    query(404, query=77)
    assert client.count(scratch).count == 0
    # A batch is whole or absent.
    refused(400, client.upsert, scratch, [models.PointStruct(id=1, vector=[1, 2, 3]),
                                          models.PointStruct(id=2, vector=[1, 2])])
    assert client.count(scratch).count == 0


def test_not_there(client):
    for query in (models.SampleQuery(sample=models.Sample.RANDOM),
                  models.RecommendQuery(recommend=models.RecommendInput(positive=[1]))):
        assert "not supported" in refused(501, client.query_points, PLAIN, query=query)


def test_library_is_whole(client, memory):
    for name in library.COLLECTIONS:
        assert client.count(name).count == memory.count(name).count
