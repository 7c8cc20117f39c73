"""Writes leave what they leave in in-memory mode."""

import uuid

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from congruence import same_records
from test_filters import field, must

SIZE = 4
UUIDS = [str(uuid.UUID(int=number, version=4)) for number in range(3)]


class Pair:
    """Makes every call on the server and in memory; `check` compares what is there then."""

    def __init__(self, client, name):
        self.name = name
        self.clients = (client, QdrantClient(":memory:"))

    def __getattr__(self, method):
        return lambda *given, **named: [getattr(one, method)(self.name, *given, **named)
                                        for one in self.clients]

    def check(self, count):
        records = [one.scroll(self.name, limit=100, with_vectors=True)[0] for one in self.clients]
        same_records(*records, ordered=False)
        assert len(records[0]) == count
        return {record.id: record for record in records[0]}


def row(number):
    return {"one": [number, 1.0, 2.0, 3.0],
            "words": models.SparseVector(indices=[900, number], values=[0.5, 1.5])}


@pytest.fixture
def pair(client, scratch):
    pair = Pair(client, scratch)
    pair.create_collection(
        vectors_config={"one": models.VectorParams(size=SIZE, distance=models.Distance.DOT)},
        sparse_vectors_config={"words": models.SparseVectorParams(
            index=models.SparseIndexParams(on_disk=False), modifier=models.Modifier.NONE)})
    ids = [0, 1, 2, 3, 4, 5] + UUIDS
    pair.upsert([models.PointStruct(id=one, vector=row(place), payload={
        "n": place, "list": [1, 2, place], "in": {"a": place, "b": {"c": "x"}}})
        for place, one in enumerate(ids)])
    pair.check(9)
    return pair


def test_upsert_replaces(pair):
    pair.upsert([models.PointStruct(id=3, vector={"one": [1, 1, 1, 1]}, payload={"new": True})])
    assert pair.check(9)[3].payload == {"new": True}


def test_upsert_batch(pair):
    pair.upsert(models.Batch(ids=[5, 6, UUIDS[0]], payloads=[{"a": 1}, {}, {"b": "é\n\"x\""}],
                             vectors={"one": [[1, 2, 3, 4]] * 3,
                                      "words": [models.SparseVector(indices=[1], values=[2])] * 3}))
    pair.check(10)


def test_upload_points(pair):
    pair.upload_points([models.PointStruct(id=number, vector=row(number)) for number in range(50)],
                       batch_size=7, wait=True)
    pair.check(53)


def test_upload_collection(pair):
    vectors = np.arange(80, dtype=np.float32).reshape(20, SIZE)
    pair.upload_collection(vectors={"one": vectors}, ids=list(range(100, 120)),
                           payload=[{"n": number} for number in range(20)], wait=True)
    pair.check(29)


@pytest.mark.parametrize("which", [[1, UUIDS[1]], must(field("n", range=models.Range(gte=4)))],
                         ids=["ids", "filter"])
class TestTargets:
    def test_set_payload(self, pair, which):
        pair.set_payload({"n": 50, "more": {"x": [1, {"y": None}]}}, points=which)
        pair.check(9)

    def test_set_payload_at_key(self, pair, which):
        pair.set_payload({"c": "changed", "d": 1}, points=which, key="in.b")
        pair.check(9)

    def test_overwrite_payload(self, pair, which):
        pair.overwrite_payload({"only": "this"}, points=which)
        pair.check(9)

    def test_delete_payload(self, pair, which):
        pair.delete_payload(["n", "in.b.c"], points=which)
        pair.check(9)

    def test_clear_payload(self, pair, which):
        pair.clear_payload(points_selector=which)
        pair.check(9)

    def test_delete_vectors(self, pair, which):
        pair.delete_vectors(["words"], points=which)
        pair.check(9)

    def test_delete(self, pair, which):
        pair.delete(which)
        pair.check(7 if isinstance(which, list) else 4)


def test_update_vectors(pair):
    pair.update_vectors([
        models.PointVectors(id=1, vector={"one": [9, 8, 7, 6]}),
        models.PointVectors(id=UUIDS[2], vector={
            "words": models.SparseVector(indices=[70, 3], values=[1, 2])})])
    pair.check(9)


def test_batch_of_operations(pair):
    pair.batch_update_points([
        models.UpsertOperation(upsert=models.PointsList(points=[
            models.PointStruct(id=70, vector=row(7), payload={"n": 70})])),
        models.SetPayloadOperation(set_payload=models.SetPayload(payload={"s": 1}, points=[70, 1])),
        models.OverwritePayloadOperation(overwrite_payload=models.SetPayload(
            payload={"o": 1}, points=[2])),
        models.DeletePayloadOperation(delete_payload=models.DeletePayload(keys=["n"], points=[1])),
        models.ClearPayloadOperation(clear_payload=models.PointIdsList(points=[3])),
        models.UpdateVectorsOperation(update_vectors=models.UpdateVectors(points=[
            models.PointVectors(id=4, vector={"one": [0, 0, 0, 1]})])),
        models.DeleteVectorsOperation(delete_vectors=models.DeleteVectors(
            points=[5], vector=["words"])),
        models.DeleteOperation(delete=models.FilterSelector(filter=must(
            models.HasIdCondition(has_id=[0, UUIDS[0]])))),
    ])
    points = pair.check(8)
    assert points[70].payload == {"n": 70, "s": 1}


def test_answers_of_writes(client, pair):
    answer = client.upsert(pair.name, [models.PointStruct(id=8, vector=row(8))], wait=True)
    assert answer.status == models.UpdateStatus.COMPLETED
    answer = client.delete(pair.name, [8], wait=False)
    assert answer.status in (models.UpdateStatus.ACKNOWLEDGED, models.UpdateStatus.COMPLETED)


def test_ids_without_dashes(client, pair):
    made = uuid.uuid4()
    client.upsert(pair.name, [models.PointStruct(id=made.hex, vector=row(1))])
    assert client.retrieve(pair.name, [str(made)])[0].id == str(made)
