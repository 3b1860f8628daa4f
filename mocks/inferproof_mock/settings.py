"""A chat request as the decoder understands it: defaults filled in, contradictions refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inferproof.front.backend import Refusal
from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]


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


def refuse(member: str, message: str) -> Refusal:
    """A 422 that points at one member of the body."""
    return Refusal(422, message, loc=("body", member))


def settings_of(body: Json, defaults: Defaults, *, streamed: bool) -> Settings:
    """Reads the request; a member that is absent or null takes its documented default, or the model's.

    `streamed` says how the reply is sent, because some members need the one way or the other. The body is valid under
    the contract. Raises a 422 Refusal that names the member.
    """

    def given(name: str, default: Any) -> Any:
        value = body.get(name)
        return default if value is None else value

    cap = given("max_completion_tokens", given("max_tokens", defaults.longest))
    choices = given("n", 1)
    stop = given("stop", [])
    options = body.get("stream_options")
    wants_usage = options is not None and options.get("include_usage", True) is not False
    settings = Settings(
        temperature=given("temperature", defaults.temperature),
        top_p=given("top_p", defaults.top_p),
        top_k=int(given("top_k", 0)),  # beyond 64 bits it comes as a float
        min_p=given("min_p", 0.0),
        presence=given("presence_penalty", 0.0),
        frequency=given("frequency_penalty", 0.0),
        repetition=given("repetition_penalty", 1.0),
        bias=_bias(given("logit_bias", {})),
        allowed=_allowed(body.get("allowed_token_ids")),
        bad_words=tuple(word.encode() for word in given("bad_words", [])),
        stops=(stop,) if isinstance(stop, str) else tuple(stop),
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
    )
    _check_together(settings, streamed)
    return settings


def _bias(biases: Json) -> dict[int, float]:
    """An id that the vocabulary lacks cannot be said less often; to favour one is refused."""
    found: dict[int, float] = {}
    for key, value in biases.items():
        if int(key) < VOCABULARY.size:
            found[int(key)] = float(value)
        elif value > 0:
            raise refuse("logit_bias", f"{key} is no token id here: ids run from 0 to {VOCABULARY.size - 1}")
    return found


def _allowed(tokens: list[int] | None) -> int | None:
    if tokens is None:
        return None
    allowed = sum(1 << token for token in set(tokens) if token < VOCABULARY.size)
    if not allowed:
        raise refuse("allowed_token_ids", f"none of these is a token id here: ids run from 0 to {VOCABULARY.size - 1}")
    return allowed


def _check_together(it: Settings, streamed: bool) -> None:
    """What two members mean for each other and no schema says. The rest is the contract's, and the front refuses it."""
    if it.candidates < it.choices:
        raise refuse("best_of", f"`best_of` is {it.candidates}, fewer than the {it.choices} choices of `n`")
    if streamed and it.candidates > it.choices:
        raise refuse("best_of", "which are the best is known at the end: in a stream `best_of` has to equal `n`")
    if it.shortest > it.cap:
        raise refuse("min_tokens", f"`min_tokens` is {it.shortest}, more than the {it.cap} that the reply may have")
