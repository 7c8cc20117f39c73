"""LangChain's QdrantVectorStore, unmodified."""

import uuid

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_qdrant import QdrantVectorStore, RetrievalMode
from langchain_qdrant.sparse_embeddings import SparseEmbeddings, SparseVector
from qdrant_client import models

from encoders import TEXTS, encode_dense, encode_sparse
from test_filters import field, must


class Dense(Embeddings):
    def embed_documents(self, texts):
        return [encode_dense(text) for text in texts]

    def embed_query(self, text):
        return encode_dense(text)


class Sparse(SparseEmbeddings):
    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text):
        indices, values = encode_sparse(text)
        return SparseVector(indices=indices, values=values)


def documents():
    return [Document(page_content=text, metadata={"name": name, "length": len(text)})
            for name, text in TEXTS.items()]


def names(found):
    return [document.metadata["name"] for document in found]


MODES = {"dense": RetrievalMode.DENSE, "sparse": RetrievalMode.SPARSE,
         "hybrid": RetrievalMode.HYBRID}


@pytest.fixture(params=MODES)
def store(server, scratch, request):
    return QdrantVectorStore.from_documents(
        documents(), Dense(), sparse_embedding=Sparse(), retrieval_mode=MODES[request.param],
        url=server.url, collection_name=scratch, ids=[str(uuid.uuid4()) for _ in TEXTS])


def test_search(store):
    assert names(store.similarity_search("river earthquake", k=2))[0] == "quake"
    found = store.similarity_search_with_score("earthquake stone", k=3)
    assert found[0][0].metadata["name"] == "stone"
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert store.similarity_search("green tea", k=1)[0].page_content == TEXTS["tea"]


def test_filter(store):
    chosen = must(field("metadata.name", match=models.MatchAny(any=["dog", "train"])))
    assert set(names(store.similarity_search("the bank", k=5, filter=chosen))) == {"dog", "train"}


def test_retriever(store):
    retriever = store.as_retriever(search_kwargs={"k": 2})
    assert names(retriever.invoke("night train snow"))[0] == "train"


def test_add_and_delete(store, client):
    added = store.add_texts(["a glacier calves into the fjord"], metadatas=[{"name": "ice"}])
    assert len(added) == 1
    assert names(store.similarity_search("glacier fjord", k=1)) == ["ice"]
    assert names(store.get_by_ids(added)) == ["ice"]
    assert store.delete(added)
    assert store.get_by_ids(added) == []
    assert client.count(store.collection_name).count == len(TEXTS)


def test_opened_again(store, server):
    again = QdrantVectorStore.from_existing_collection(
        collection_name=store.collection_name, embedding=Dense(), sparse_embedding=Sparse(),
        retrieval_mode=store.retrieval_mode, url=server.url)
    assert names(again.similarity_search("green tea", k=1)) == ["tea"]


def test_threshold_and_offset(store):
    whole = store.similarity_search_with_score("the river bank", k=3)
    assert names(store.similarity_search("the river bank", k=2, offset=1)) == [
        document.metadata["name"] for document, _ in whole[1:]]
    assert len(store.similarity_search("the river bank", k=3,
                                       score_threshold=whole[0][1] - 1e-6)) >= 1


def test_diverse(store, request):
    if store.retrieval_mode == RetrievalMode.SPARSE:
        pytest.skip("LangChain has it for dense vectors only")
    found = names(store.max_marginal_relevance_search("the stone earthquake", k=3, fetch_k=6))
    assert len(set(found)) == 3
    assert found[0] == "stone"
