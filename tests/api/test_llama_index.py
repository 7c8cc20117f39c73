"""LlamaIndex's QdrantVectorStore, unmodified."""

import pytest
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition, FilterOperator, MetadataFilter, MetadataFilters, VectorStoreQuery,
    VectorStoreQueryMode)
from llama_index.vector_stores.qdrant import QdrantVectorStore
from qdrant_client import models

from encoders import TEXTS, encode_dense, encode_sparse


def encode_all(texts):
    made = [encode_sparse(text) for text in texts]
    return [indices for indices, _ in made], [values for _, values in made]


def nodes():
    return [TextNode(text=text, embedding=encode_dense(text), metadata={
        "name": name, "length": len(text)}, relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"doc-{name}")})
        for name, text in TEXTS.items()]


def names(found):
    return [node.metadata["name"] for node in found.nodes]


@pytest.fixture(params=["dense", "hybrid"])
def store(client, scratch, request):
    hybrid = {"enable_hybrid": True, "sparse_doc_fn": encode_all, "sparse_query_fn": encode_all}
    store = QdrantVectorStore(scratch, client=client,
                              **(hybrid if request.param == "hybrid" else {}))
    assert len(store.add(nodes())) == len(TEXTS)
    return store


def query(text, mode=VectorStoreQueryMode.DEFAULT, top=3, filters=None):
    return VectorStoreQuery(query_embedding=encode_dense(text), query_str=text, mode=mode,
                            similarity_top_k=top, filters=filters)


def modes(store):
    return [VectorStoreQueryMode.DEFAULT] + (
        [VectorStoreQueryMode.SPARSE, VectorStoreQueryMode.HYBRID] if store.enable_hybrid else [])


def test_search(store):
    for mode in modes(store):
        found = store.query(query("green tea", mode))
        assert names(found)[0] == "tea"
        assert found.nodes[0].get_content() == TEXTS["tea"]
        assert found.similarities == sorted(found.similarities, reverse=True)


@pytest.mark.parametrize("operator, value, expected", [
    (FilterOperator.EQ, "dog", {"dog"}),
    (FilterOperator.IN, ["dog", "tea", "absent"], {"dog", "tea"}),
    (FilterOperator.NIN, ["dog", "tea"], set(TEXTS) - {"dog", "tea"}),
    (FilterOperator.NE, "dog", set(TEXTS) - {"dog"}),
    (FilterOperator.TEXT_MATCH, "quake", {"quake"}),
])
def test_filter(store, operator, value, expected):
    filters = MetadataFilters(filters=[MetadataFilter(key="name", operator=operator, value=value)])
    assert set(names(store.query(query("the valley", top=10, filters=filters)))) == expected


def test_filters_together(store):
    filters = MetadataFilters(condition=FilterCondition.OR, filters=[
        MetadataFilter(key="length", operator=FilterOperator.GTE, value=44),
        MetadataFilter(key="name", operator=FilterOperator.EQ, value="cat")])
    expected = {"cat"} | {name for name, text in TEXTS.items() if len(text) >= 44}
    assert set(names(store.query(query("the valley", top=10, filters=filters)))) == expected


def test_get_and_delete_nodes(store, client):
    every = store.get_nodes(filters=MetadataFilters(filters=[]))
    assert {node.metadata["name"] for node in every} == set(TEXTS)
    ids = [node.node_id for node in every]
    assert len(store.get_nodes(node_ids=ids[:2])) == 2
    store.delete_nodes(ids[:2])
    assert client.count(store.collection_name).count == len(TEXTS) - 2
    store.delete_nodes(filters=MetadataFilters(filters=[
        MetadataFilter(key="name", operator=FilterOperator.EQ, value=every[3].metadata["name"])]))
    assert client.count(store.collection_name).count == len(TEXTS) - 3


def test_delete_a_document(store):
    store.delete("doc-tea")
    assert "tea" not in names(store.query(query("green tea", top=10)))


def test_document_index(store, client):
    kinds = client.get_collection(store.collection_name).payload_schema
    assert kinds["doc_id"].data_type == models.PayloadSchemaType.KEYWORD


def test_opened_again_and_cleared(store, client):
    again = QdrantVectorStore(store.collection_name, client=client)
    if not store.enable_hybrid:
        assert names(again.query(query("green tea")))[0] == "tea"
    again.add(nodes()[:1]) if not store.enable_hybrid else None
    again.clear()
    assert not client.collection_exists(store.collection_name)
