"""What vLLM refuses, in the contract's words. Checked with the errors of vLLM 0.32."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

import orjson

from inferproof.front.backend import Json, Refusal
from inferproof_reference.constraints import CONSTRAINTS

RETRY_AFTER_S = 5
"""An engine that restarts is away for a minute or so; a client that asks this often does not disturb it."""

# vLLM writes at the end of a message which member it is about.
_PARAMETER = re.compile(r"\s*\(parameter=[^()]*\)\s*$", re.DOTALL)

# xgrammar writes the time and the line of its own source into its messages.
_SOURCE = re.compile(r"\[\d\d:\d\d:\d\d\] \S+:\d+: ")

# vLLM points at its own log, which no client sees.
_ITS_LOG = re.compile(r"\s*See stack trace[^.]*\.?")

# How messages without `param` name what they are about: the member that a pattern stands for.
_ABOUT = (
    (re.compile(r"^(\w+) (?:must|cannot|contains|and|value)\b"), None),
    (re.compile(r"^Token id"), "input"),
    (re.compile(r"multimodal|conversation|chat template|role|tool_calls", re.IGNORECASE), "messages"),
    (re.compile(r"dimensions"), "dimensions"),
    (re.compile(r"tool choice|tool_choice"), "tool_choice"),
    (re.compile(r"grammar|regex|json|choice|structural|constraint|structured", re.IGNORECASE), "constraint"),
)


def refusal_of(status: int, body: bytes, request: Json, headers: Mapping[str, str] | None = None) -> Refusal:
    """vLLM answered `status` with `body` to `request`, which is the client's own."""
    error = _error(body)
    message = str(error.get("message") or f"The engine answered {status}.")
    retry_after = (headers or {}).get("retry-after", str(RETRY_AFTER_S))
    if status in (400, 413, 422):
        return _bad_request(message, error.get("param"), request)
    if status == 404 and error.get("param") == "model":
        return Refusal(404, message, loc=("body", "model"), code="model_not_found")
    if status == 429:
        return Refusal(429, "The engine is full.", code="queue_full", headers={"Retry-After": retry_after})
    if status == 503:
        return unavailable("The engine is not ready.", retry_after)
    if status in (401, 403):
        return bad_gateway(
            "The engine refuses the key of this server: give it the engine's own with --upstream-key-env."
        )
    return bad_gateway(f"The engine failed with {status}: {_ITS_LOG.sub('', message)}")


def in_stream(event: Json, request: Json) -> Refusal:
    """An error event in the middle of vLLM's stream."""
    error = event["error"]
    code = error.get("code") if isinstance(error, dict) else None
    return refusal_of(code if isinstance(code, int) else 500, orjson.dumps(event), request)


def unavailable(message: str, retry_after: str = str(RETRY_AFTER_S)) -> Refusal:
    return Refusal(503, message, code="engine_unavailable", headers={"Retry-After": retry_after})


def bad_gateway(message: str) -> Refusal:
    return Refusal(502, message, code="bad_gateway")


def too_slow(seconds: float) -> Refusal:
    return Refusal(504, f"The engine said nothing for {seconds:g} seconds.", code="timeout")


def _error(body: bytes) -> Json:
    """The error object of vLLM's answer, empty where it has none."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, dict) else {"message": error} if isinstance(error, str) else {}


def _bad_request(message: str, parameter: Any, request: Json) -> Refusal:
    prompt = "input" if "input" in request else "messages"
    if parameter == "input_tokens" or "maximum context length" in message:
        text = _PARAMETER.sub("", message)
        return Refusal(400, text, loc=("body", prompt), code="context_length_exceeded")
    loc = (_loc(parameter, request) if isinstance(parameter, str) else ()) or _about(message, request)
    text = _SOURCE.sub("", _PARAMETER.sub("", _first_validation_error(message)))
    if not loc:
        return Refusal(400, text, code="bad_request")
    return Refusal(422, text, loc=("body", *loc))


def _loc(parameter: str, request: Json) -> tuple[str | int, ...]:
    """`body.messages.0.NameOfAType.content` as `("messages", 0, "content")`."""
    steps = parameter.removeprefix("body").strip(".").split(".")
    loc = [int(step) if step.isdigit() else step for step in steps if step and not step[0].isupper()]
    if not loc:
        return ()
    if loc[0] == "structured_outputs":
        return _constraint(request)
    if loc[0] == "logprobs" and request.get("top_logprobs"):
        loc[0] = "top_logprobs"  # vLLM names the sampling parameter
    return tuple(loc) if loc[0] in request else ()


def _about(message: str, request: Json) -> tuple[str | int, ...]:
    for pattern, member in _ABOUT:
        found = pattern.search(message)
        if found is None:
            continue
        if member == "constraint":
            return _constraint(request)
        name = member or found[1]
        if name in request:
            return (name,)
    return ()


def _constraint(request: Json) -> tuple[str, ...]:
    """The member of the request that constrains the text."""
    names = (*CONSTRAINTS, "response_format", "tools")
    return next(((name,) for name in names if request.get(name)), ())


def _first_validation_error(message: str) -> str:
    """The words of the first item where vLLM lists what pydantic found, one dictionary a line."""
    head, _, rest = message.partition("\n")
    if "validation error" not in head:
        return message
    try:
        item = ast.literal_eval(rest.strip().splitlines()[0].strip())
        return f"{item['msg']}."
    except (ValueError, SyntaxError, LookupError, TypeError):
        return rest.strip() or head
