"""Probes of errors: bodies that no server may accept, on every operation that takes one."""

from inferproof.probes.probe import Call, Steps, probe, user

WITH_BODY = ("chat", "chat.openai-path", "attributes", "embeddings", "chat.legacy", "chat.legacy.stream")


@probe("errors.empty-object", over=WITH_BODY)
def empty_object(call: Call, role: str) -> Steps:
    """A body without its required member."""
    yield call.to(role, {})


@probe("errors.not-an-object", over=WITH_BODY)
def not_an_object(call: Call, role: str) -> Steps:
    """A body that is JSON, but a list."""
    yield call.to(role, [1, 2])


@probe("errors.malformed", over=WITH_BODY)
def malformed(call: Call, role: str) -> Steps:
    """A body that is cut off in the middle of its JSON."""
    yield call.to(role, {}).with_body(b'{"messages": [')


@probe("errors.nan")
def nan(call: Call) -> Steps:
    """A body with `NaN`, which JSON has not."""
    yield call.chat(user("hello")).with_body(b'{"messages": [{"role": "user", "content": "hi"}], "temperature": NaN}')


@probe("errors.not-utf-8")
def not_utf_8(call: Call) -> Steps:
    """A body with a byte that UTF-8 has not."""
    yield call.chat(user("hello")).with_body(b'{"messages": [{"role": "user", "content": "\xff"}]}')


@probe("errors.text-body")
def text_body(call: Call) -> Steps:
    """A body declared as text."""
    yield call.chat(user("hello")).with_body(b"hello").with_header("Content-Type", "text/plain")


@probe("errors.unknown-path")
def unknown_path(call: Call) -> Steps:
    """A path that no document names."""
    yield call.at("GET", f"/inferproof-{call.token('path')}")


@probe("errors.unknown-method")
def unknown_method(call: Call) -> Steps:
    """A method that the chat operation does not take."""
    yield call.at("PUT", call.contract.operation("chat").path, {"messages": []})


@probe("errors.unknown-model", over=("chat", "chat.openai-path"))
def unknown_model(call: Call, role: str) -> Steps:
    """A model that no server has."""
    yield call.chat(user("hello"), role=role, model=f"inferproof-no-such-model-{call.token('model')}")
