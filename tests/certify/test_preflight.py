"""What a run does not begin with: a model that the server does not know, a URL that goes too far, silence."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest

from inferproof.certify.certify import Certification, Progress, certify
from inferproof.certify.target import Limits, Target, UsageError
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.proof.broken_servers.replies import refuse
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.reply import Reply
from tests.proof.legal_servers.server import Mock, serving


def begun(contract: Contract, url: str, model: str | None = None, limits: Limits = Limits()) -> Certification:  # noqa: B008 - frozen
    return certify(contract, Target(url, key=DEFAULT_KEY, chat_model=model, limits=limits), only=["chat.offered"])


def refusal(contract: Contract, url: str, model: str | None = None) -> str:
    with pytest.raises(UsageError) as raised:
        begun(contract, url, model)
    return str(raised.value)


def answering(contract: Contract, status: int, body: object, model: str | None = "mine") -> list[str]:
    """What fails, or the error, where every chat is answered this."""

    def edit(reply: Reply) -> None:
        reply.status, reply.json = status, body

    variant = Variant("t", "t", edit, of=lambda reply: "/chat/" in reply.request.path)
    with serving(Mock(mock(contract, keys=(DEFAULT_KEY,))), variant) as server:
        try:
            found = begun(contract, server.url, model)
        except UsageError as error:
            return [str(error)]
    return [each.requirement.id for each in found.result.having(Outcome.FAIL)]


def test_an_unknown_model_is_quoted_with_those_that_there_are(contract: Contract, mock_url: str) -> None:
    said = refusal(contract, mock_url, "nope")
    assert "does not take the model 'nope' (404: " in said
    assert "--model" in said
    assert "/v1/discovery/configs lists " in said
    assert contract.request_example("chat")["model"] in said


def test_a_documented_path_in_the_url_is_named(contract: Contract, mock_url: str) -> None:
    assert f"Leave off /v1, with which the paths of the API begin: {mock_url}" in refusal(contract, f"{mock_url}/v1")
    whole = "/v1/chat/completions"
    assert f"Leave off {whole}, with which" in refusal(contract, mock_url + whole)
    assert "Check the URL and its base path" in refusal(contract, f"{mock_url}/other")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"error": {"message": "The model `mine` does not exist.", "code": 404}}),
        (404, {"detail": "Model not found"}),
        (400, {"error": "Invalid model name passed in model=mine"}),
        (422, {"detail": [{"loc": ["body", "model"], "msg": "there is no model 'mine'", "type": "value_error"}]}),
    ],
)
def test_whatever_the_shape_of_the_error_it_is_quoted(contract: Contract, status: int, body: object) -> None:
    [said] = answering(contract, status, body)
    assert f"does not take the model 'mine' ({status}: " in said


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"detail": "Not Found"}),
        (404, {"detail": 'no route for {"model":"mine","messages":[{"role":"user","content":"Hello!"}]}'}),
        (400, {"message": "max_tokens must be at least 16 for the model mine"}),
        (422, {"detail": [{"loc": ["body", "model"], "msg": "Extra inputs are not permitted", "input": "mine"}]}),
    ],
)
def test_chat_that_is_missing_or_refuses_something_else_is_judged(
    contract: Contract, status: int, body: object
) -> None:
    assert answering(contract, status, body) == (["chat.offered"] if status == 404 else [])


def test_a_model_that_nobody_named_is_judged(contract: Contract) -> None:
    assert answering(contract, 404, {"error": {"message": "The model does not exist."}}, model=None) == ["chat.offered"]


def test_a_server_that_takes_connections_and_is_silent_may_be_loading(contract: Contract) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(UsageError) as raised:
        begun(contract, f"http://127.0.0.1:{silent.getsockname()[1]}", limits=Limits(patience=0.2))
    assert "accepted the connection, but no byte of a reply came within 0.2 s: is it still loading" in str(raised.value)
    assert "`patience` in [limits]" in str(raised.value)


def embedding(contract: Contract, only: str, model: str | None = None, **members: Any) -> tuple[list[str], int]:
    """What is said before a run of a server that has another model to embed, and how often that was asked for."""
    asked, said = [], []

    def edit(reply: Reply) -> None:
        asked.append(reply.asked)
        refuse(reply, 400, f"Invalid model name passed in model={reply.asked.get('model')}")

    target = Target("", key=DEFAULT_KEY, embedding_model=model, **members)
    variant = Variant("t", "t", edit, of=lambda reply: reply.path.endswith("/embeddings"))
    with serving(Mock(mock(contract, keys=(DEFAULT_KEY,))), variant) as server:
        there = replace(target, url=server.url)
        certify(contract, there, only=[only], progress=Progress(noted=said.append))
    return said, len(asked)


def test_an_embedding_model_that_is_not_there_is_told_before_the_run(contract: Contract) -> None:
    [said], _ = embedding(contract, "embeddings.offered")
    name = contract.request_example("embeddings")["model"]
    assert f"does not take the embedding model {name!r} (400: Invalid model name passed in model={name})" in said
    assert "--embedding-model" in said
    assert "or give up `embeddings` in its [capabilities]" in said


def test_one_that_the_user_named_ends_the_run(contract: Contract) -> None:
    with pytest.raises(UsageError, match=r"does not take the embedding model 'mine' \(400: Invalid model name"):
        embedding(contract, "embeddings.offered", "mine")


def test_nobody_asks_for_it_where_the_run_has_nothing_to_do_with_it(contract: Contract) -> None:
    assert embedding(contract, "chat.offered", "mine") == ([], 0)
    assert embedding(contract, "chat.*", declined={"embeddings": "there is none"}) == ([], 0)
