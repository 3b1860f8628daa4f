"""The models of a server, read from its lists in whichever form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferproof.certify.models import chosen, listed, names_of
from inferproof.wire.exchange import Exchange, Reply, Request


def exchange(role: str | None, body: Any, status: int = 200) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange("preflight", 0, role, Request("GET", "/x"), Reply(status, body=content))


OPENAI = {"object": "list", "data": [{"id": "a"}, {"id": "b", "name": "B"}]}
PAGES = {"data": [{"model_id": "a", "name": "A"}, {"id": None, "model_id": "b"}], "pagination": {}}


@pytest.mark.parametrize(
    ("role", "body", "names"),
    [
        ("models", OPENAI, ["a", "b"]),
        ("models", PAGES, ["a", "b"]),
        ("models.embedding", PAGES, ["a", "b"]),
        ("models", [{"id": "a"}], ["a"]),
        ("configs", [{"name": "a", "id": 7}], ["a"]),
        ("models", {"data": [{"id": 7}, "b", {"id": "c\n"}, {"id": "d"}]}, ["d"]),
        ("models", {"data": {}}, []),
        ("models", b"no JSON", []),
        ("chat", OPENAI, []),
        (None, OPENAI, []),
    ],
)
def test_names_are_read_from_lists_alone(role: str | None, body: Any, names: list[str]) -> None:
    assert listed(exchange(role, body)) == names
    assert listed(exchange(role, body, status=404)) == []


def test_models_that_embed_are_taken_from_their_own_list() -> None:
    lists = [exchange("models", OPENAI), exchange("models.embedding", {"data": [{"id": "e"}]})]
    assert names_of(lists, embed=False) == ["a", "b"]
    assert names_of(lists, embed=True) == ["e"]


@pytest.mark.parametrize(
    ("wanted", "documented", "names", "model"),
    [
        ("mine", "shown", ["a"], "mine"),
        (None, "shown", ["a", "shown"], "shown"),
        (None, "shown", ["a", "b"], "a"),
        (None, "shown", [], "shown"),
        ("", "", [], ""),
    ],
)
def test_the_user_chooses_the_model_else_the_document_else_the_list(
    wanted: str | None, documented: str, names: list[str], model: str
) -> None:
    assert chosen(wanted, documented, names) == model
