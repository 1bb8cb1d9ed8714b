"""Search over both stores: newest first, only what counts, gone when the log is taken again, and there for a vault of before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hotline_client.engine.records import DocumentRecord
from hotline_client.engine.standing import Standing
from hotline_client.engine.store import Changes, Store
from hotline_client.words.search import terms
from hotline_protocol.documents.document import Document, encode_document
from tests.client.vault.samples import create, document
from tests.support.memory_vault import MemoryVault


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryVault()
        return
    with create(tmp_path / "home") as made:
        yield made


def said(seq: int, words: str, **more: object) -> DocumentRecord:
    body = {"text": words, "precedence": "ROUTINE", "response": "N"}
    content = encode_document(Document(bytes(16), "text", "plenary", 1, 900 + seq, (0, bytes(32)), body))
    return msgspec.structs.replace(document(seq), content=content, **more)


def found(store: Store, query: str, channel: str = "plenary") -> list[int]:
    return [one.seq for one in store.search(channel, terms(query), 100)]


def test_words_are_found_newest_first_and_refused_ones_not(store: Store) -> None:
    documents = (
        said(1, "Gunnery at 0600Z"),
        said(2, "שָׁלוֹם, учёба"),
        said(3, "gunnery is over", reference="P-0003/26"),
        said(4, "gunnery refused", refused="no right"),
    )
    store.commit("plenary", 0, Changes(Standing(bytes(32), cursor=4), documents=documents))
    store.commit("air", 0, Changes(Standing(bytes(32), cursor=1), documents=(said(1, "gunnery elsewhere"),)))
    assert found(store, "gunnery") == [3, 1]
    assert found(store, "GUNN* 0600z") == [1]
    assert found(store, "שלום учеба") == [2]
    assert found(store, "p-0003/26") == [3]
    assert found(store, '"over is"') == []
    assert found(store, "gunnery", "air") == [1]
    assert found(store, "gunnery", "naval") == []


def test_what_was_set_aside_is_not_found(store: Store) -> None:
    documents = tuple(said(seq, f"gunnery {seq}") for seq in range(1, 6))
    store.commit("plenary", 0, Changes(Standing(bytes(32), cursor=5), documents=documents))
    store.commit("plenary", 1, Changes(Standing(bytes(32), cursor=2), aside=2))
    assert found(store, "gunnery") == [2, 1]
