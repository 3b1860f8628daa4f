"""Legal servers that were accused at MUST: nothing may be held against them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from tests.proof.broken_servers.replies import refuse, say
from tests.proof.findings.verdicts.expected import Innocent
from tests.proof.findings.verdicts.finding import ALARM, Finding, of_habits
from tests.proof.findings.verdicts.servers import edited, path_of
from tests.proof.findings.verdicts.strangers import answered, refused_for
from tests.proof.legal_servers.reply import Reply, completions, native

OPENAI = path_of("chat.openai-path")
SUPPORTED = frozenset({"model", "messages", "temperature", "max_tokens", "top_p", "tools", "response_format", "stream"})
"""What the prose of the first contract lists for the path of OpenAI clients."""

SAMPLING = [
    "n",
    "seed",
    "stop",
    "min_tokens",
    "ignore_eos",
    "bad_words",
    "logit_bias",
    "allowed_token_ids",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "length_penalty",
    "top_k",
    "min_p",
    "best_of",
    "use_beam_search",
    "stop_token_ids",
    "echo",
    "continue_final_message",
    "include_stop_str_in_output",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "truncate_prompt_tokens",
    "add_generation_prompt",
    "add_special_tokens",
]


def refusing(*members: str) -> Callable[[Reply], None]:
    """Refuses with 422 what has one of these members."""

    def edit(reply: Reply) -> None:
        if set(members) & {name for name, value in reply.asked.items() if value is not None}:
            refuse(reply, 422, "This member is not supported.")

    return edit


def only_what_is_supported(reply: Reply) -> None:
    """At the path of OpenAI clients, other members than the eight are refused."""
    for name in set(reply.asked) - SUPPORTED:
        entry = {"loc": ["body", name], "msg": "This member is not supported.", "type": "extra_forbidden"}
        say(reply, 422, {"detail": [entry]})


def nothing_that_says_nothing(reply: Reply) -> None:
    """At the path of OpenAI clients, values that ask for nothing are refused, and members without their companions."""
    asked = reply.asked
    members = ("best_of", "repetition_penalty", "stop", "guided_choice", "timeout_sec", "allowed_token_ids")
    empty = [name for name in (*members, "max_completion_tokens", "cache_salt") if asked.get(name) in (0, "", [])]
    alone = ("top_logprobs" in asked and not asked.get("logprobs")) or (
        "stream_options" in asked and not asked.get("stream")
    )
    if empty or alone or asked.get("stop") == [""]:
        refuse(reply, 422, "This value asks for nothing.")


def a_second_is_too_short(reply: Reply) -> None:
    """A request that gives it a second is answered 408: the server is slow, and obeys."""
    if reply.asked.get("timeout_sec") == 1.0:
        refuse(reply, 408, "The request took longer than its timeout.")


def one_token_for_zero(reply: Reply) -> None:
    """`max_tokens: 0` is answered with one token."""
    answered(reply)


def _once(status: int) -> type:
    class Once:
        """The first request to the status is answered so, as in the moment of a deployment."""

        def __init__(self) -> None:
            self._left = 1

        def __call__(self, reply: Reply) -> None:
            if self._left:
                self._left = 0
                refuse(reply, status, "Not now.")

    return Once


def _every_twentieth(status: int) -> type:
    class NowAndThen:
        """It answers so whatever was asked: a balancer whose backend is just replaced."""

        def __init__(self) -> None:
            self._count = 0

        def __call__(self, reply: Reply) -> None:
            self._count += 1
            if self._count % 20 == 0:
                refuse(reply, status, "Not now.")

    return NowAndThen


def a_free_choice_is_refused(reply: Reply) -> None:
    """The engine was started without a parser of calls: tools are refused where the choice is free."""
    free = reply.asked.get("tool_choice") in (None, "auto")
    if reply.asked.get("tools") and free:
        refuse(reply, 400, '"auto" tool choice requires a parser to be set')


def events_are_indented(reply: Reply) -> None:
    """The JSON of an event of the native stream goes over several lines, as in the document's own example."""
    reply.dumps = partial(json.dumps, indent=2)


THE_OPENAI_PATH = (
    Finding(
        "the-openai-path-takes-eight-members",
        ALARM,
        "The path of OpenAI clients takes the eight members that its prose lists, and refuses all others with 422.",
        edited(only_what_is_supported, of=lambda reply: reply.path == OPENAI and completions(reply)),
        Innocent(warned=("chat.openai-path.*",)),
        generated=True,
        only=("chat.openai-path.*", "chat.request.*", "stream.*", "errors.*"),
    ),
    Finding(
        "values-that-ask-for-nothing-are-refused",
        ALARM,
        "The path of OpenAI clients refuses values that ask for nothing, and members without their companions.",
        edited(nothing_that_says_nothing, of=lambda reply: reply.path == OPENAI and completions(reply)),
        Innocent(warned=("chat.openai-path.*",)),
        generated=True,
        only=("chat.openai-path.*", "chat.request.*"),
    ),
)

THE_MOMENT = (
    *(
        Finding(
            f"moment.{status}-now-and-then",
            ALARM,
            f"Every twentieth request is answered {status}, whatever it asks; the next one is served.",
            edited(_every_twentieth(status)),
            Innocent(),
            only=("chat.messages.*", "auth.*.refused"),
        )
        for status in (408, 425, 429, 499, 502, 503, 504, 520, 522, 529, 530)
    ),
    of_habits(
        "moment.five-bad-keys-are-enough", ALARM, "five-bad-keys-are-enough", only=("chat.messages.*", "auth.*.refused")
    ),
    *(
        Finding(
            f"moment.the-status-is-{status}-once",
            ALARM,
            f"The first request to the status is answered {status}.",
            edited(_once(status), of=lambda reply: reply.path == path_of("status")),
            Innocent(),
            only=("status.*",),
        )
        for status in (429, 502, 504)
    ),
)

THE_DOOR = tuple(
    of_habits(f"door.{name}", ALARM, name, only=("auth.*",))
    for name in (
        "strangers-are-sent-to-a-login-page",
        "bad-keys-are-bad-requests",
        "the-proxy-wants-its-own-key",
        "a-missing-key-is-unprocessable",
    )
)

DECLINED = (
    of_habits(
        "declined.n", ALARM, "one-choice-only", generated=True, only=("chat.request.*", "chat.n.*", "sampling.*")
    ),
    Finding(
        "declined.tools-of-its-own-accord",
        ALARM,
        "Tools are refused where the choice is left to the model, which the target file says.",
        edited(a_free_choice_is_refused, of=completions),
        Innocent(),
        declines=("tools.auto", "legacy.tools"),
        generated=True,
        only=("tools.*", "chat.tools.*", "chat.tool-choice.*", "chat.parallel-tool-calls.*", "legacy.request.*"),
    ),
    Finding(
        "declined.sampling-and-all-of-it-is-refused",
        ALARM,
        "Every member that steers sampling is refused, which the target file says.",
        edited(refusing(*SAMPLING), of=completions),
        Innocent(),
        declines=("sampling",),
        generated=True,
        only=(
            "chat.request.*",
            "chat.seed.*",
            "chat.stop.*",
            "tools.*",
            "logprobs.*",
            "stream.*",
            "structured-output.*",
        ),
    ),
    of_habits("declined.the-seed", ALARM, "no-seed", only=("sampling.*", "chat.request.*", "stream.*")),
)

BOUNDS = (
    of_habits(
        "bound.n", ALARM, "n-is-at-most-16", generated=True, only=("chat.n.*", "chat.best-of.*", "chat.request.*")
    ),
    of_habits(
        "bound.top-logprobs",
        ALARM,
        "top-logprobs-are-at-most-5",
        generated=True,
        only=("chat.top-logprobs.*", "logprobs.*"),
    ),
    of_habits(
        "bound.temperature",
        ALARM,
        "temperature-is-at-most-1",
        generated=True,
        only=("chat.temperature.*", "sampling.*"),
    ),
    Finding(
        "bound.a-second",
        ALARM,
        a_second_is_too_short.__doc__ or "",
        edited(a_second_is_too_short, of=completions),
        Innocent(unseen=("*timeout*",)),
        generated=True,
        only=("chat.timeout-sec.*", "sampling.timeout", "chat.request.*"),
    ),
)

CONSTRAINTS = (
    of_habits(
        "json-mode-takes-the-word",
        ALARM,
        "json-mode-takes-the-word",
        generated=True,
        only=("chat.response-format.*", "structured-output.*", "stream.*", "chat.request.*"),
    ),
    of_habits("scores.no-constraint", ALARM, "scores-take-no-constraint", generated=True, only=("attributes.*",)),
    of_habits("scores.no-sampling", ALARM, "scores-take-no-sampling", generated=True, only=("attributes.*",)),
)

TEMPLATES = tuple(
    of_habits(f"template.{name}", ALARM, name, only=("chat.*", "sampling.*", "tools.*", "security.*"))
    for name in ("no-developer-role", "no-role-of-ones-own", "no-system-role")
)

OTHERS = (
    Finding(
        "no-tokens-are-one",
        ALARM,
        one_token_for_zero.__doc__ or "",
        edited(
            one_token_for_zero, of=lambda reply: refused_for(reply, "max_tokens") and reply.asked["max_tokens"] == 0
        ),
        Innocent(),
        generated=True,
        only=("chat.request.max-tokens.cap", "chat.max-tokens.*", "gate.chat.max-tokens.*"),
    ),
    of_habits("it-thinks-for-300-tokens", ALARM, "it-thinks-for-300-tokens", newer="[limits]\nroom = 400"),
    Finding(
        "native-events-are-as-in-the-example",
        ALARM,
        events_are_indented.__doc__ or "",
        edited(events_are_indented, of=lambda reply: reply.streamed and native(reply)),
        Innocent(warned=("legacy.stream.*",)),
        only=("legacy.stream.*",),
    ),
)


FINDINGS = (*THE_OPENAI_PATH, *THE_MOMENT, *THE_DOOR, *DECLINED, *BOUNDS, *CONSTRAINTS, *TEMPLATES, *OTHERS)
