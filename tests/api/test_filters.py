"""Filters select what qdrant-client's in-memory mode selects."""

import pytest
from qdrant_client import models
from qdrant_client.models import FieldCondition, Filter

from congruence import same_records
from library import MIXED


def field(key, **condition):
    return FieldCondition(key=key, **condition)


def must(*conditions):
    return Filter(must=list(conditions))


CITY = field("city", match=models.MatchValue(value="Oslo"))
OPEN = field("open", match=models.MatchValue(value=True))
CHEAP = field("price", range=models.Range(lt=30))
FILTERS = {
    "match": must(CITY),
    "match-bool": must(OPEN),
    "match-int": must(field("row", match=models.MatchValue(value=201))),
    "match-in-array": must(field("tags", match=models.MatchValue(value="b"))),
    "match-any": must(field("city", match=models.MatchAny(any=["Oslo", "Turku"]))),
    "match-any-int": must(field("row", match=models.MatchAny(any=[1, 5, 200, 7000]))),
    "match-except": must(field("city", match=models.MatchExcept(**{"except": ["Oslo", "Lima"]}))),
    "match-text": must(field("text", match=models.MatchText(text="basalt"))),
    "range": must(field("price", range=models.Range(gt=20, lte=60.5))),
    "range-int": must(field("row", range=models.Range(gte=150, lt=260))),
    "datetime": must(field("when", range=models.DatetimeRange(
        gte="2014-01-01T00:00:00Z", lt="2019-06-01T00:00:00+02:00"))),
    "has-id": must(models.HasIdCondition(has_id=[1, 2, 4, 200, 7000])),
    "is-empty": must(models.IsEmptyCondition(is_empty=models.PayloadField(key="note"))),
    "is-null": must(models.IsNullCondition(is_null=models.PayloadField(key="note"))),
    "values-count": must(field("tags", values_count=models.ValuesCount(gte=2, lt=4))),
    "inner-key": must(field("address.number", range=models.Range(gte=25))),
    "array-key": must(field("rooms[].kind", match=models.MatchValue(value="bath"))),
    "nested": must(models.NestedCondition(nested=models.Nested(key="rooms", filter=must(
        field("kind", match=models.MatchValue(value="bath")),
        field("size", range=models.Range(gt=20)))))),
    "nested-not": must(models.NestedCondition(nested=models.Nested(key="rooms", filter=Filter(
        must=[field("size", range=models.Range(gt=20))],
        must_not=[field("kind", match=models.MatchValue(value="bath"))])))),
    "and": must(CITY, OPEN, CHEAP),
    "or": Filter(should=[CITY, CHEAP]),
    "not": Filter(must_not=[CITY, OPEN]),
    "all-three": Filter(must=[OPEN], should=[CITY, CHEAP], must_not=[
        field("tags", match=models.MatchValue(value="a"))]),
    "at-least": Filter(min_should=models.MinShould(conditions=[CITY, OPEN, CHEAP], min_count=2)),
    "deep": must(Filter(should=[must(CITY, CHEAP), Filter(must_not=[OPEN, CHEAP])])),
    "none": must(field("city", match=models.MatchValue(value="Atlantis"))),
}


@pytest.mark.parametrize("name", FILTERS)
def test_count(client, memory, name):
    ours = client.count(MIXED, count_filter=FILTERS[name]).count
    assert ours == memory.count(MIXED, count_filter=FILTERS[name]).count
    assert (ours == 0) == (name == "none")


@pytest.mark.parametrize("name", FILTERS)
def test_scroll(client, memory, name):
    records = [one.scroll(MIXED, scroll_filter=FILTERS[name], limit=1000, with_vectors=True)[0]
               for one in (client, memory)]
    same_records(*records, ordered=False)


def test_filters_do_not_need_indexes(client, memory):
    for name in ("city", "row", "price", "open", "when", "text"):
        assert name in client.get_collection(MIXED).payload_schema
    for name in FILTERS:
        ours = client.count("plain", count_filter=FILTERS[name]).count
        theirs = memory.count("plain", count_filter=FILTERS[name]).count
        assert ours == theirs, name
