"""The layer that plays habits: what passes it untouched, and what a habit makes of it, over a socket."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof.front.serve import running
from inferproof_mock.habits import Habits, NoSuchHabit, habits, habits_of, with_habits
from inferproof_mock.habits.habit import REFUSES, replies
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.conftest import EVERY, contract_of

KEY = {"Authorization": f"Bearer {DEFAULT_KEY}", "Content-Type": "application/json"}


@cache
def front_of(contract: Contract) -> Front:
    return mock(contract)


class Playing:
    """A mock with habits, and a client of it."""

    def __init__(self, contract: Contract, names: Sequence[str]) -> None:
        self.layer: Habits = with_habits(front_of(contract), contract, names)
        self._operation = contract.operation("chat")
        self.path = self._operation.path
        self.port = 0

    def chat(self, **members: Any) -> tuple[int, dict[str, str], bytes]:
        said = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 4, **members}
        return self.send("POST", self.path, json.dumps(said).encode(), KEY)

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
        finally:
            connection.close()


@contextmanager
def playing(contract: Contract, *names: str) -> Iterator[Playing]:
    server = Playing(contract, names)
    with running(server.layer) as url:
        server.port = int(url.rpartition(":")[2])
        yield server


def test_without_habits_a_reply_is_the_mocks(contract: Contract) -> None:
    with playing(contract) as server:
        status, headers, body = server.chat()
        assert (status, headers["content-length"]) == (200, str(len(body)))
        _, _, stream = server.chat(stream=True)
    assert stream.startswith(b"data: {")
    assert stream.endswith(b"data: [DONE]\n\n")


def test_a_cap_refuses_what_is_above_it_in_the_documented_shape(contract: Contract) -> None:
    with playing(contract, "n-is-at-most-2") as server:
        assert server.chat(n=2)[0] == 200
        status, _, body = server.chat(n=3)
    assert (status, json.loads(body)["detail"][0]["loc"]) == (422, ["body", "n"])
    assert server.layer.acted == {"n-is-at-most-2": 1}


def test_a_cap_lets_the_server_refuse_first(contract: Contract) -> None:
    with playing(contract, "n-is-at-most-2") as server:
        assert server.send("POST", server.path, b'{"n": 3}', {})[0] == 401
    assert not server.layer.acted


def test_a_refused_stream_never_begins(contract: Contract) -> None:
    with playing(contract, "one-choice-in-a-stream") as server:
        status, headers, _ = server.chat(n=2, stream=True)
    assert (status, headers["content-type"]) == (422, "application/json")


def test_a_refusal_takes_the_status_that_another_habit_gives_it(contract: Contract) -> None:
    with playing(contract, "n-is-at-most-2", "refusals-are-bad-requests", "codes-are-numbers") as server:
        status, _, body = server.chat(n=3)
    assert (status, json.loads(body)["error"]["code"]) == (400, 400)


def test_compressed_bodies_are_compressed_once(contract: Contract) -> None:
    with playing(contract, "json-is-gzipped", "json-is-gzipped-where-asked", "json-begins-with-blank-lines") as server:
        body = b'{"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 4}'
        _, headers, body = server.send("POST", server.path, body, {**KEY, "Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(body))["choices"]


def test_a_mark_and_comments_come_in_the_order_that_readers_take(contract: Contract) -> None:
    with playing(contract, "streams-begin-with-a-mark", "comments-keep-streams-alive") as server:
        _, _, stream = server.chat(stream=True)
    assert stream.startswith(b"\xef\xbb\xbf: keep-alive\n\ndata: {")


def test_chunks_that_come_together_say_the_same(contract: Contract) -> None:
    def text(stream: bytes) -> str:
        events = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b"data: {")]
        return "".join(choice["delta"].get("content") or "" for each in events for choice in each["choices"])

    asked = {"stream": True, "max_tokens": 30, "temperature": 0, "seed": 3}
    with playing(contract) as plain, playing(contract, "several-tokens-come-in-one-chunk") as server:
        alone, together = plain.chat(**asked)[2], server.chat(**asked)[2]
    assert text(alone) == text(together) != ""
    assert alone.count(b"data: ") > together.count(b"data: ")


def test_a_draw_is_the_same_each_time_the_server_starts(contract: Contract) -> None:
    drawn = []
    for _ in range(2):
        with playing(contract, "one-percent-503") as server:
            drawn.append([server.send("GET", f"/nothing/{number}")[0] for number in range(200)])
    assert drawn[0] == drawn[1]
    assert 0 < drawn[0].count(503) < 12


def test_five_bad_keys_are_counted_for_each_server(contract: Contract) -> None:
    for _ in range(2):
        with playing(contract, "five-bad-keys-are-enough") as server:
            seen = [server.send("POST", server.path, b"{}", {"Authorization": "Bearer x"})[0] for _ in range(7)]
        assert seen == [401] * 5 + [429] * 2


def test_an_unknown_name_is_told_the_nearest(contract: Contract) -> None:
    with pytest.raises(NoSuchHabit, match=r"there is no habit 'n-at-most-2'.*; did you mean 'n-is-at-most-2'\?"):
        with_habits(front_of(contract), contract, ["n-at-most-2"])


def test_a_habit_says_what_allows_it() -> None:
    with pytest.raises(ValueError, match=r"needs a sentence and `Allowed: …`"):

        @replies()
        def nobody_allows_it(asked: Any, answer: Any) -> None:
            """It does something."""


def test_habits_are_many_and_each_names_what_there_is() -> None:
    from inferproof.judge.capabilities import CAPABILITIES
    from inferproof.judge.requirement import CATALOGUE, SHOULD

    assert len(habits()) >= 40
    for each in habits().values():
        assert CAPABILITIES.keys() >= set(each.declines), each.name
        assert all(CATALOGUE[id].level is SHOULD for id in each.fails), each.name
        assert CATALOGUE.keys() >= set(each.open), each.name
        assert habits().keys() >= set(each.beside), each.name
        assert (each.at != "") == (each.kind == REFUSES), each.name


@pytest.mark.parametrize("name", EVERY)
def test_every_contract_has_its_habits(name: str) -> None:
    contract = contract_of(name)
    found = habits_of(contract)
    assert len(found) >= 40
    with_habits(front_of(contract), contract, found)
