"""The reducer: small in few attempts, never smaller than what fails, never past its limit."""

from __future__ import annotations

import json
from typing import Any

from inferproof.generated.shrink import MOST, reduced

LARGE: dict[str, Any] = {
    "messages": [{"role": "user", "content": "hello " * 50}] * 30,
    **{f"member{index}": {"list": [1, 2, 3] * 5, "text": "words"} for index in range(60)},
    "bad": {"items": [{"y": "zzz", "why": 5}, {"y": 1}]},
}


async def test_a_large_body_is_reduced_to_what_fails_in_some_forty_attempts() -> None:
    attempts = 0

    async def fails(body: Any) -> bool:
        nonlocal attempts
        attempts += 1
        try:
            return bool(body["bad"]["items"][0]["why"] == 5 and "messages" in body)
        except (LookupError, TypeError):
            return False

    assert len(json.dumps(LARGE)) > 12_000
    assert await reduced(LARGE, fails) == {"messages": [], "bad": {"items": [{"why": 5}]}}
    assert attempts < 80


async def test_what_cannot_be_smaller_stays() -> None:
    async def never(body: Any) -> bool:
        return False

    assert await reduced({"a": [1, {"b": "text"}]}, never) == {"a": [1, {"b": "text"}]}


async def test_no_body_is_tried_twice_nor_more_than_the_limit() -> None:
    tried: list[str] = []

    async def never(body: Any) -> bool:
        tried.append(json.dumps(body))
        return False

    await reduced(LARGE, never)
    assert len(tried) == len(set(tried)) == MOST


async def test_texts_and_numbers_become_simple() -> None:
    async def fails(body: Any) -> bool:
        return isinstance(body, dict) and isinstance(body.get("n"), int) and isinstance(body.get("s"), str)

    assert await reduced({"n": 123456, "s": "a long text"}, fails) == {"n": 0, "s": ""}
