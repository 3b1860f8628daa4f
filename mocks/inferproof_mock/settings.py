"""A chat request as the decoder understands it: defaults filled in, contradictions refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from inferproof.front.backend import Refusal

from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]

MOST_CHOICES = 128
MOST_LOGPROBS = 20


@dataclass(frozen=True)
class Defaults:
    """What a model does where the request says nothing; `longest` is the most tokens of a reply."""

    temperature: float
    top_p: float
    longest: int


@dataclass(frozen=True)
class Settings:
    """How to decode one request. `cap` is the most tokens of a choice, `shortest` the least."""

    temperature: float
    top_p: float
    top_k: int
    min_p: float
    presence: float
    frequency: float
    repetition: float
    bias: dict[int, float]
    allowed: int | None
    bad_words: tuple[bytes, ...]
    stops: tuple[str, ...]
    stop_tokens: frozenset[int]
    keep_stop: bool
    ignore_end: bool
    shortest: int
    cap: int
    show_specials: bool
    space_specials: bool
    choices: int
    candidates: int
    logprobs: bool
    top_logprobs: int
    tokens_as_ids: bool
    prompt_logprobs: int | None
    echo: bool
    usage: bool
    usage_always: bool
    timeout: float | None


def refuse(member: str, message: str) -> Refusal:
    """A 422 that points at one member of the body."""
    return Refusal(422, message, loc=("body", member))


def settings_of(body: Json, defaults: Defaults, *, streamed: bool) -> Settings:
    """Reads the request; a member that is absent or null takes its documented default, or the model's.

    `streamed` says how the reply is sent, because some members need the one way or the other. Raises a 422 Refusal
    that names the member.
    """

    def given(name: str, default: Any) -> Any:
        value = body.get(name)
        return default if value is None else value

    cap = given("max_completion_tokens", given("max_tokens", defaults.longest))
    choices = given("n", 1)
    options = body.get("stream_options")
    wants_usage = options is not None and options.get("include_usage", True) is not False
    settings = Settings(
        temperature=given("temperature", defaults.temperature),
        top_p=given("top_p", defaults.top_p),
        top_k=given("top_k", 0),
        min_p=given("min_p", 0.0),
        presence=given("presence_penalty", 0.0),
        frequency=given("frequency_penalty", 0.0),
        repetition=given("repetition_penalty", 1.0),
        bias=_bias(given("logit_bias", {})),
        allowed=_allowed(body.get("allowed_token_ids")),
        bad_words=tuple(word.encode() for word in given("bad_words", [])),
        stops=_stops(given("stop", [])),
        stop_tokens=frozenset(given("stop_token_ids", [])),
        keep_stop=given("include_stop_str_in_output", False),
        ignore_end=given("ignore_eos", False),
        shortest=given("min_tokens", 0),
        cap=cap,
        show_specials=not given("skip_special_tokens", True),
        space_specials=given("spaces_between_special_tokens", True),
        choices=choices,
        candidates=given("best_of", choices),
        logprobs=given("logprobs", False),
        top_logprobs=given("top_logprobs", 0),
        tokens_as_ids=given("return_tokens_as_token_ids", False),
        prompt_logprobs=body.get("prompt_logprobs"),
        echo=given("echo", False),
        usage=wants_usage,
        usage_always=wants_usage and bool(options and options.get("continuous_usage_stats")),
        timeout=body.get("timeout_sec"),
    )
    _check_domains(settings)
    _check_together(settings, body, streamed)
    return settings


def _bias(biases: Json) -> dict[int, float]:
    """Clamped to ±100, as the engine that this API is modelled on does it."""
    found: dict[int, float] = {}
    for key, value in biases.items():
        if not key.isascii() or not key.isdigit() or int(key) >= VOCABULARY.size:
            raise refuse("logit_bias", f"{key!r} is no token id: ids run from 0 to {VOCABULARY.size - 1}")
        found[int(key)] = max(-100.0, min(100.0, float(value)))
    return found


def _allowed(tokens: list[int] | None) -> int | None:
    if tokens is None:
        return None
    if not tokens:
        raise refuse("allowed_token_ids", "no token is allowed: name at least one, or leave `allowed_token_ids` out")
    for token in tokens:
        if not 0 <= token < VOCABULARY.size:
            raise refuse("allowed_token_ids", f"{token} is no token id: ids run from 0 to {VOCABULARY.size - 1}")
    return sum(1 << token for token in set(tokens))


def _stops(stop: str | list[str]) -> tuple[str, ...]:
    stops = (stop,) if isinstance(stop, str) else tuple(stop)
    if "" in stops:
        raise refuse("stop", "an empty stop string would stop every reply before it begins")
    return stops


def _check_domains(it: Settings) -> None:
    """What the arithmetic cannot do. The document's own bounds are the front's business."""
    rules = (
        ("temperature", it.temperature, 0 <= it.temperature < math.inf, "0 or more"),
        ("top_p", it.top_p, 0 < it.top_p <= 1, "more than 0 and at most 1"),
        ("top_k", it.top_k, it.top_k >= -1, "-1 or more (-1 and 0 switch it off)"),
        ("min_p", it.min_p, 0 <= it.min_p <= 1, "from 0 to 1"),
        ("presence_penalty", it.presence, -2 <= it.presence <= 2, "from -2 to 2"),
        ("frequency_penalty", it.frequency, -2 <= it.frequency <= 2, "from -2 to 2"),
        ("repetition_penalty", it.repetition, 0 < it.repetition < math.inf, "more than 0"),
        ("min_tokens", it.shortest, it.shortest >= 0, "0 or more"),
        ("n", it.choices, 1 <= it.choices <= MOST_CHOICES, f"from 1 to {MOST_CHOICES}"),
        ("best_of", it.candidates, it.choices <= it.candidates <= MOST_CHOICES, f"from `n` to {MOST_CHOICES}"),
        ("top_logprobs", it.top_logprobs, 0 <= it.top_logprobs <= MOST_LOGPROBS, f"from 0 to {MOST_LOGPROBS}"),
        ("prompt_logprobs", it.prompt_logprobs, 0 <= (it.prompt_logprobs or 0) <= MOST_LOGPROBS,
         f"from 0 to {MOST_LOGPROBS}"),
        ("timeout_sec", it.timeout, it.timeout is None or it.timeout > 0, "more than 0"),
    )  # fmt: skip
    for member, value, fits, domain in rules:
        if not fits:
            raise refuse(member, f"`{member}` is {value}; it has to be {domain}")


def _check_together(it: Settings, body: Json, streamed: bool) -> None:
    cap_member = "max_tokens" if body.get("max_completion_tokens") is None else "max_completion_tokens"
    if it.cap < 1:
        raise refuse(cap_member, f"`{cap_member}` is {it.cap}; a reply has at least one token")
    if it.shortest > it.cap:
        raise refuse("min_tokens", f"`min_tokens` is {it.shortest}, more than the {it.cap} of `{cap_member}`")
    if "" in body.get("bad_words", []):
        raise refuse("bad_words", "an empty bad word would forbid every token")
    if it.top_logprobs and not it.logprobs:
        raise refuse("top_logprobs", "`top_logprobs` needs `logprobs`: true")
    if streamed:
        if it.prompt_logprobs is not None:
            raise refuse("prompt_logprobs", "a stream has no place for `prompt_logprobs`: send `stream`: false")
        if it.candidates > it.choices:
            raise refuse("best_of", "the best are known at the end: with `stream` send `best_of` equal to `n`")
    elif body.get("stream_options") is not None and not body.get("stream"):
        raise refuse("stream_options", "`stream_options` needs `stream`: true")
    if body.get("continue_final_message") and body.get("add_generation_prompt"):
        raise refuse(
            "continue_final_message", "`continue_final_message` and `add_generation_prompt` exclude each other"
        )
    if body.get("cache_salt") == "":
        raise refuse("cache_salt", "an empty `cache_salt` protects nothing: leave it out")
    if not body["messages"]:
        raise refuse("messages", "`messages` is empty: send at least one message")
