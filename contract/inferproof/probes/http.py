"""Probes of HTTP on the side of the request: other spellings of what each request has, and other ways to send it."""

from dataclasses import replace

from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, probe, user


def _hello(call: RequestBuilder) -> PlannedRequest:
    return call.chat(user("Hello!"), max_tokens=4)


@probe("http.names")
def names(call: RequestBuilder) -> Steps:
    """Names of headers in capitals, and the media type in other case than usual."""
    ask = _hello(call).with_header("Content-Type", "Application/JSON")
    headers = tuple((name.upper(), value) for name, value in ask.request.headers)
    yield replace(ask, request=replace(ask.request, headers=headers))


@probe("http.chunked")
def chunked(call: RequestBuilder) -> Steps:
    """A body in chunked coding, as clients send what they have no length of."""
    yield _hello(call).with_header("Transfer-Encoding", "chunked")


@probe("http.expect")
def expect(call: RequestBuilder) -> Steps:
    """A body that is held back for a second, or until the server says to go on."""
    yield _hello(call).with_header("Expect", "100-continue")
