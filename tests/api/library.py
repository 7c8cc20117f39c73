"""Two collections of random points, written through any qdrant-client by every kind of write."""

import random
import uuid

import numpy as np
from qdrant_client import models

SEED = 20261
POINTS = 400
SIZE = 16
WORDS = 60
PLAIN = "plain"
MIXED = "mixed"
COLLECTIONS = (PLAIN, MIXED)
DISTANCES = {
    "cosine": models.Distance.COSINE,
    "dot": models.Distance.DOT,
    "euclid": models.Distance.EUCLID,
    "manhattan": models.Distance.MANHATTAN,
}
VOCABULARY = ["amber", "basalt", "cinder", "dune", "ember", "fjord", "geyser", "harbour", "isle"]


def dense(rng):
    return [float(np.float32(rng.gauss(0, 1))) for _ in range(SIZE)]


def sparse(rng, most=12):
    indices = rng.sample(range(WORDS), rng.randint(1, most))
    values = [float(np.float32(rng.uniform(0.05, 3))) for _ in indices]
    return models.SparseVector(indices=indices, values=values)


def payload(rng, row):
    made = {
        "row": row,
        "city": rng.choice(["Oslo", "Lima", "Kyoto", "Quito"]),
        "price": round(rng.uniform(0, 100), 2),
        "open": rng.random() < 0.5,
        "when": f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
                f"T{rng.randint(0, 23):02}:00:00Z",
        "tags": rng.sample(["a", "b", "c", "d"], rng.randint(0, 4)),
        "text": " ".join(rng.choices(VOCABULARY, k=6)),
        "rooms": [{"kind": rng.choice(["bed", "bath"]), "size": rng.randint(5, 30)}
                  for _ in range(rng.randint(1, 3))],
        "address": {"street": rng.choice(VOCABULARY), "number": rng.randint(1, 50)},
        "serial": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    }
    if rng.random() < 0.3:
        made["note"] = None
    elif rng.random() < 0.5:
        made["note"] = rng.choice(["", "kept", []])
    return made


def point_id(rng, row):
    return row if row % 3 else str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _plain(client, rng):
    client.create_collection(PLAIN, models.VectorParams(size=SIZE, distance=models.Distance.COSINE))
    client.upload_points(
        PLAIN,
        [models.PointStruct(id=row, vector=dense(rng), payload=payload(rng, row))
         for row in range(POINTS // 2)],
        batch_size=64, wait=True)


def _mixed(client, rng):
    client.create_collection(
        MIXED,
        vectors_config={name: models.VectorParams(size=SIZE, distance=distance)
                        for name, distance in DISTANCES.items()},
        sparse_vectors_config={"words": models.SparseVectorParams()})
    points = []
    for row in range(POINTS):
        vector = {name: dense(rng) for name in DISTANCES}
        vector["words"] = sparse(rng)
        if row % 10 == 7:
            del vector["words"]
        if row % 10 == 3:
            del vector["dot"]
        points.append(models.PointStruct(id=point_id(rng, row), vector=vector,
                                         payload=payload(rng, row)))
    client.upload_points(MIXED, points, batch_size=50, wait=True)
    for field, kind in (("city", "keyword"), ("row", "integer"), ("price", "float"),
                        ("open", "bool"), ("when", "datetime"), ("text", "text")):
        client.create_payload_index(MIXED, field, kind, wait=True)
    ids = [point.id for point in points]
    client.upsert(MIXED, [models.PointStruct(
        id=ids[row], vector={"cosine": dense(rng), "words": sparse(rng)},
        payload=payload(rng, row)) for row in range(0, 40)])
    client.set_payload(MIXED, {"city": "Turku", "extra": 1}, points=ids[40:60])
    client.set_payload(MIXED, {"number": 99}, points=ids[60:70], key="address")
    client.overwrite_payload(MIXED, {"row": -1, "city": "Nowhere"}, points=ids[70:75])
    client.delete_payload(MIXED, ["price"], points=ids[75:90])
    client.clear_payload(MIXED, points_selector=ids[90:95])
    client.update_vectors(MIXED, [models.PointVectors(id=one, vector={"cosine": dense(rng)})
                                  for one in ids[95:110]])
    client.delete_vectors(MIXED, ["words"], points=ids[110:120])
    client.delete(MIXED, ids[120:130])
    client.delete(MIXED, models.Filter(must=[models.FieldCondition(
        key="row", range=models.Range(gte=130, lt=140))]))


def write(client):
    """The same points whatever the client."""
    rng = random.Random(SEED)
    _plain(client, rng)
    _mixed(client, rng)
