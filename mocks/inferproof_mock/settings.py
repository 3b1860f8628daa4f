"""A chat request as the decoder understands it: defaults filled in, contradictions refused."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from inferproof.front.backend import INVALID, Refusal
from inferproof_mock.neutral import BOUNDS, COUNTS, NEUTRAL
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
    return Refusal(INVALID, message, loc=("body", member))


def settings_of(body: Json, defaults: Defaults, *, streamed: bool) -> Settings:
    """Reads the request, which has the documented defaults already; a member that is absent or null asks for nothing,
    or takes the model's own value.

    `streamed` says how the reply is sent, because some members need the one way or the other. The body is valid under
    the contract, which may say less of a member than the model needs. Raises a 422 Refusal that names the member.
    """

    def given(name: str, default: Any = None) -> Any:
        value = body.get(name)
        return value if value is not None else NEUTRAL.get(name) if default is None else default

    _check_bounds(body)
    cap = given("max_completion_tokens", given("max_tokens", defaults.longest))
    choices = given("n")
    stop = given("stop")
    options = {**NEUTRAL, **(body.get("stream_options") or {})}
    settings = Settings(
        temperature=given("temperature", defaults.temperature),
        top_p=given("top_p", defaults.top_p),
        top_k=int(given("top_k")),  # beyond 64 bits it comes as a float
        min_p=given("min_p"),
        presence=given("presence_penalty"),
        frequency=given("frequency_penalty"),
        repetition=given("repetition_penalty"),
        bias=_bias(given("logit_bias")),
        allowed=_allowed(body.get("allowed_token_ids")),
        bad_words=tuple(word.encode() for word in given("bad_words")),
        stops=(stop,) if isinstance(stop, str) else tuple(stop),
        stop_tokens=frozenset(given("stop_token_ids")),
        keep_stop=given("include_stop_str_in_output"),
        ignore_end=given("ignore_eos"),
        shortest=given("min_tokens"),
        cap=cap,
        show_specials=not given("skip_special_tokens"),
        space_specials=given("spaces_between_special_tokens"),
        choices=choices,
        candidates=given("best_of", choices),
        logprobs=given("logprobs"),
        top_logprobs=given("top_logprobs"),
        tokens_as_ids=given("return_tokens_as_token_ids"),
        prompt_logprobs=body.get("prompt_logprobs"),
        echo=given("echo"),
        usage=bool(options["include_usage"]),
        usage_always=bool(options["include_usage"] and options["continuous_usage_stats"]),
    )
    _check_together(settings, streamed)
    return settings


def _check_bounds(body: Json) -> None:
    """What the model could not work with, where the contract lets it through."""
    for name, (least, most) in BOUNDS.items():
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            wanted = f"at least {least:g}" if most == inf else f"from {least:g} to {most:g}"
            raise refuse(name, f"`{name}` has to be a number, {wanted}")
        if name in COUNTS and value % 1:
            raise refuse(name, f"`{name}` has to be a whole number")


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
