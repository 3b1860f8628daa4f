"""Probes of errors: bodies that no server may accept, on every operation that takes one."""

from __future__ import annotations

import json

from inferproof.document.names import LISTS
from inferproof.judge.oracle import NO_SUCH_MODEL
from inferproof.probes.auth import plain
from inferproof.probes.probe import RequestBuilder, Steps, probe, user

WITH_BODY = ("chat", "chat.openai-path", "attributes", "embeddings", "chat.legacy", "chat.legacy.stream")


@probe("errors.empty-object", over=WITH_BODY)
def empty_object(call: RequestBuilder, role: str) -> Steps:
    """A body without its required member."""
    yield call.to(role, {})


@probe("errors.not-an-object", over=WITH_BODY)
def not_an_object(call: RequestBuilder, role: str) -> Steps:
    """A body that is JSON, but a list."""
    yield call.to(role, [1, 2])


@probe("errors.scalar")
def scalar(call: RequestBuilder) -> Steps:
    """Bodies that are JSON, but neither an object nor a list."""
    for value in (b"null", b'"hello"', b"1"):
        yield call.to("chat", {}).with_body(value)


@probe("errors.no-body", over=WITH_BODY)
def no_body(call: RequestBuilder, role: str) -> Steps:
    """No body at all, though one is declared as JSON."""
    yield call.to(role, {}).with_body(b"")


@probe("errors.types", over=WITH_BODY)
def types(call: RequestBuilder, role: str) -> Steps:
    """Members of another type, chosen so that no conversion helps: servers may well read "1" as a number."""
    good = plain(call, role)
    for member, value in call.contract.facts.operation(role).wrong.items():
        yield call.to(role, {**json.loads(good.request.body), member: value})


@probe("errors.malformed", over=WITH_BODY)
def malformed(call: RequestBuilder, role: str) -> Steps:
    """A body that is cut off in the middle of its JSON."""
    yield call.to(role, {}).with_body(b'{"messages": [')


@probe("errors.nan")
def nan(call: RequestBuilder) -> Steps:
    """A body with `NaN`, which JSON has not."""
    yield call.chat(user("hello")).with_body(b'{"messages": [{"role": "user", "content": "hi"}], "temperature": NaN}')


@probe("errors.not-utf-8")
def not_utf_8(call: RequestBuilder) -> Steps:
    """A body with a byte that UTF-8 has not."""
    yield call.chat(user("hello")).with_body(b'{"messages": [{"role": "user", "content": "\xff"}]}')


@probe("errors.text-body")
def text_body(call: RequestBuilder) -> Steps:
    """A body declared as text."""
    yield call.chat(user("hello")).with_body(b"hello").with_header("Content-Type", "text/plain")


@probe("errors.form-body")
def form_body(call: RequestBuilder) -> Steps:
    """A body in the way of HTML forms."""
    yield (
        call.chat(user("hello"))
        .with_body(b"model=m&messages=hello")
        .with_header("Content-Type", "application/x-www-form-urlencoded")
    )


@probe("errors.other-bodies")
def other_bodies(call: RequestBuilder) -> Steps:
    """Bodies in XML and in parts, each declared as what it is; and JSON without a word on its type."""
    ask = call.chat(user("Hello!"), max_tokens=4)
    xml = b"<request><model>m</model><messages>Hello!</messages></request>"
    yield ask.with_body(xml).with_header("Content-Type", "application/xml")
    parts = b'--cut\r\nContent-Disposition: form-data; name="messages"\r\n\r\nHello!\r\n--cut--\r\n'
    yield ask.with_body(parts).with_header("Content-Type", "multipart/form-data; boundary=cut")
    yield ask.with_header("Content-Type", None)


@probe("errors.unknown-path", to=())
def unknown_path(call: RequestBuilder) -> Steps:
    """A path that no document names."""
    yield call.at("GET", f"/inferproof-{call.token('path')}")


@probe("errors.unknown-method")
def unknown_method(call: RequestBuilder) -> Steps:
    """A method that the chat operation does not take."""
    yield call.at("PUT", call.contract.operation("chat").path, {"messages": []})


@probe("errors.other-method", over=(*WITH_BODY, *LISTS, "status", "ping"))
def other_method(call: RequestBuilder, role: str) -> Steps:
    """GET where a body is posted, and POST where something is got."""
    operation = call.contract.operation(role)
    yield call.at("POST", operation.path, {}) if operation.method == "GET" else call.at("GET", operation.path)


@probe("errors.unknown-model", over=("chat", "chat.openai-path", "embeddings", "chat.legacy", "chat.legacy.stream"))
def unknown_model(call: RequestBuilder, role: str) -> Steps:
    """A model that no server has."""
    member = call.contract.facts.operation(role).model
    good = json.loads(plain(call, role).request.body)
    yield call.to(role, {**good, member: f"{NO_SUCH_MODEL}-{call.token('model')}"})
