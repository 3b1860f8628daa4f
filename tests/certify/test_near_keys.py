"""What is nearly the key is sent as that, and is kept out of everything that is written."""

from __future__ import annotations

import pytest

from inferproof.certify.credentials import authorized, redactor, withheld
from inferproof.certify.target import Target
from inferproof.judge.keys import KEY, LONG_KEY, SHORT_KEY, SWAPPED_KEY
from inferproof.wire.exchange import Exchange, Reply, Request

SECRET = "sk-Abc123def456"
NEAR = {LONG_KEY: f"{SECRET}x", SHORT_KEY: SECRET[:-4], SWAPPED_KEY: SECRET.swapcase()}


def asked(key: str) -> Request:
    return Request("GET", "/x", (("Authorization", f"Bearer {key}"),))


@pytest.mark.parametrize("marker", NEAR)
def test_it_is_sent_and_never_kept(marker: str) -> None:
    target = Target("http://h", key=SECRET)
    sent = authorized(asked(marker), target)
    assert sent.headers == (("Authorization", f"Bearer {NEAR[marker]}"),)
    said = f'{{"error": "no such key: {NEAR[marker]}"}}'.encode()
    kept = redactor(target).exchange(Exchange("p", 0, None, sent, Reply(401, body=said)))
    assert kept.reply is not None
    assert NEAR[marker].encode() not in kept.reply.body
    assert marker.encode() in kept.reply.body


def test_the_key_itself_is_no_part_of_it() -> None:
    kept = redactor(Target("http://h", key=SECRET)).exchange(
        Exchange("p", 0, None, asked(""), Reply(401, body=f"{SECRET} {SECRET[:-4]}".encode()))
    )
    assert kept.reply is not None
    assert kept.reply.body == f"{KEY} {SHORT_KEY}".encode()


def test_a_key_that_nothing_is_near_is_not_sent_so() -> None:
    assert "fewer than" in withheld(asked(SHORT_KEY), Target("http://h", key="12345678"))
    assert "no letters" in withheld(asked(SWAPPED_KEY), Target("http://h", key="1234567890123"))
    assert withheld(asked(SWAPPED_KEY), Target("http://h")) == ""


def test_a_target_without_a_key_gets_no_header_for_it() -> None:
    assert all(authorized(asked(marker), Target("http://h")).headers == () for marker in NEAR)
