"""The target file refuses what it does not know, and says what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferproof.certify.target import UsageError, read_target_file, target_from


def written(folder: Path, text: str) -> Path:
    path = folder / "inferproof.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file_becomes_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", "sk-0123456789")
    path = written(
        tmp_path,
        """
        url = "https://inference.example"
        key_variable = "THE_KEY"
        base_path = "/gateway/"
        [headers]
        X-Org = "acme"
        [models]
        chat = "m1"
        embedding = "m2"
        [capabilities]
        tools = true
        "logprobs.prompt" = "the engine has none"
        [limits]
        concurrency = 2
        requests_per_minute = 100
        patience = 5.5
        """,
    )
    target = target_from(read_target_file(path))
    assert target.url == "https://inference.example/gateway"
    assert target.key == "sk-0123456789"
    assert target.headers == (("X-Org", "acme"),)
    assert (target.chat_model, target.embedding_model) == ("m1", "m2")
    assert target.declined == {"logprobs.prompt": "the engine has none"}
    assert (target.limits.concurrency, target.limits.requests_per_minute, target.limits.patience) == (2, 100, 5.5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ulr = "http://h"', "did you mean 'url'"),
        ("url = 3", "url must be a string"),
        ("url = ", "is not TOML"),
        ('[models]\nchatt = "m"', "did you mean 'chat'"),
        ('[capabilities]\n"tools.namd" = "no"', "did you mean 'tools.named'"),
        ("[capabilities]\ntools = false", "says why"),
        ('[capabilities]\ntools = " "', "says why"),
        ("[limits]\nconcurrency = 0", "greater than zero"),
        ("[limits]\nconcurrency = true", "must be an integer"),
        ("[headers]\nX-A = 1", "headers.X-A must be a string"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        read_target_file(written(tmp_path, text))
    assert said in str(raised.value)
    assert "inferproof.toml" in str(raised.value)


@pytest.mark.parametrize("url", ["nonsense", "ftp://host", "http://", "http://host:99999", "http://host/?a=b"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        target_from({}, url=url)


def test_a_variable_that_was_named_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(UsageError, match="NO_SUCH_KEY is not set"):
        target_from({}, url="http://h", key_variable="NO_SUCH_KEY")


def test_the_key_is_not_shown_with_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERPROOF_API_KEY", "sk-do-not-show")
    assert "sk-do-not-show" not in repr(target_from({}, url="http://h"))


def test_a_header_that_cannot_be_sent_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="'X-Token' has characters") as raised:
        target_from({"headers": {"X-Token": "secret-0123\nX-Other: 1"}}, url="http://h")
    assert "secret-0123" not in str(raised.value)
