"""Reading points other than by search, as in-memory mode does it."""

import pytest
from qdrant_client import models

from congruence import same_records
from library import MIXED, PLAIN
from test_filters import FILTERS


def test_info(client, memory):
    info = client.get_collection(MIXED)
    assert info.status in (models.CollectionStatus.GREEN, models.CollectionStatus.YELLOW)
    assert info.points_count == memory.count(MIXED).count
    assert info.config.params.vectors["euclid"].distance == models.Distance.EUCLID
    assert info.config.params.vectors["dot"].size == 16
    assert list(info.config.params.sparse_vectors) == ["words"]
    assert info.payload_schema["when"].data_type == models.PayloadSchemaType.DATETIME
    assert client.get_collection(PLAIN).config.params.vectors.size == 16


def test_all_points(client, memory):
    for name in (MIXED, PLAIN):
        same_records(*[one.scroll(name, limit=1000, with_vectors=True)[0]
                       for one in (client, memory)], ordered=False)


def test_pages(client):
    whole = client.scroll(MIXED, limit=1000)[0]
    pages, offset = [], None
    while True:
        page, offset = client.scroll(MIXED, limit=37, offset=offset)
        pages += page
        if offset is None:
            break
        assert len(page) == 37
    assert pages == whole
    assert len({record.id for record in whole}) == len(whole)


def test_pages_of_a_filter(client, memory):
    found, offset = set(), None
    while True:
        page, offset = client.scroll(MIXED, scroll_filter=FILTERS["or"], limit=11, offset=offset)
        found |= {record.id for record in page}
        if offset is None:
            break
    assert len(found) == memory.count(MIXED, count_filter=FILTERS["or"]).count


def test_retrieve(client, memory):
    ids = [record.id for record in client.scroll(MIXED, limit=400)[0]][::9] + [123_456]
    for chosen in ({"with_vectors": True}, {"with_payload": False},
                   {"with_payload": ["city"], "with_vectors": ["cosine"]}):
        same_records(*[one.retrieve(MIXED, ids, **chosen) for one in (client, memory)],
                     ordered=False)


def test_one_point(client):
    record = client.http.points_api.get_point(PLAIN, 17).result
    assert record.payload["row"] == 17
    assert len(record.vector) == 16


@pytest.mark.parametrize("key", ["city", "row", "open", "tags", "address.street"])
def test_facet(client, memory, key):
    for facet_filter in (None, FILTERS["range"]):
        ours, theirs = [
            {hit.value: hit.count
             for hit in one.facet(MIXED, key, limit=500, facet_filter=facet_filter,
                                            exact=True).hits}
            for one in (client, memory)]
        assert ours == theirs


def test_facet_is_best_first(client):
    hits = client.facet(MIXED, "city", limit=3).hits
    assert len(hits) == 3
    assert [hit.count for hit in hits] == sorted((hit.count for hit in hits), reverse=True)


def test_counts(client, memory):
    assert client.count(MIXED).count == memory.count(MIXED).count
    assert client.count(MIXED, exact=False).count == client.count(MIXED).count
