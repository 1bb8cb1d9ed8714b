"""Hostile documents: only the project's own errors come out."""

from __future__ import annotations

import pytest

from hotline_protocol import codec
from hotline_protocol.documents import Text, decode_body, decode_document, encode_body, encode_document
from hotline_protocol.documents.document import Document
from hotline_protocol.terms import Precedence, Response
from tests.property.attacks import Target, attack


def document_targets() -> dict[str, Target]:
    text = Text("שלום, мир and peace", Precedence.FLASH, Response.WILCO_UNABLE)
    body = codec.decode_raw(encode_body(text))
    document = Document(bytes(16), "text", "plenary", 3, 1_800_000_000_000, (4, bytes(32)), body)
    return {
        "document": (encode_document(document), lambda data: decode_body(decode_document(data))),
        "raw": (encode_document(document), codec.decode_raw),
    }


@pytest.mark.parametrize("name", document_targets())
def test_documents(name: str) -> None:
    attack(document_targets()[name], 1500, name)
