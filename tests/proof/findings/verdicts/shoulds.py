"""Legal servers that were warned of: nothing may be held against them at SHOULD either."""

from __future__ import annotations

import itertools
from typing import Any

from tests.proof.broken_servers.logprobs import has_entries
from tests.proof.broken_servers.replies import chat, chat_stream, choices, messages, refuse
from tests.proof.findings.verdicts.expected import Innocent
from tests.proof.findings.verdicts.finding import WARNING, Finding, of_habits
from tests.proof.findings.verdicts.servers import asked, edited, path_of
from tests.proof.legal_servers.reply import Reply, native

NATIVE = (path_of("chat.legacy"), path_of("chat.legacy.stream"))


def nothing_is_said(reply: Reply) -> None:
    """Where a token ends the text at once, or the cap leaves room for one or two, there is no text."""
    caps = (reply.asked.get("max_tokens"), reply.asked.get("max_completion_tokens"))
    if reply.asked.get("stop_token_ids") or {1, 2} & {cap for cap in caps if isinstance(cap, int)}:
        for message in messages(reply):
            message["content"] = ""


def _times(reply: Reply) -> list[Any]:
    context = reply.asked.get("context")
    return [each.get("ts") for each in context if isinstance(each, dict)] if isinstance(context, list) else []


def numbers_are_no_times(reply: Reply) -> None:
    """A turn's `ts` in seconds is refused: the published schema knows a date only."""
    if any(isinstance(each, int | float) for each in _times(reply)):
        refuse(reply, 422, "ts must be a date")


def no_pattern(body: dict[str, Any]) -> None:
    """An empty `guided_whitespace_pattern` is read as one that is not set."""
    if body.get("guided_whitespace_pattern") == "":
        del body["guided_whitespace_pattern"]


def without_the_template(reply: Reply) -> None:
    """`prompt_logprobs` are those of the words alone, without the tokens of the template."""
    found = reply.json.get("prompt_logprobs")
    if isinstance(found, list) and len(found) > 3:
        reply.json["prompt_logprobs"] = found[2:-1]


def with_the_template(reply: Reply) -> None:
    """`prompt_logprobs` have the tokens of the template, which the usage does not count."""
    found = reply.json.get("prompt_logprobs")
    if isinstance(found, list):
        reply.json["prompt_logprobs"] = [*found, *found[-2:]]


def characters_are_split(reply: Reply) -> None:
    """There are no `bytes`, and a character is split over two tokens, each spelt as a replacement character."""
    for choice in choices(reply):
        content = (choice.get("logprobs") or {}).get("content") or ()
        for entry in content:
            entry.pop("bytes", None)
            for each in entry.get("top_logprobs") or ():
                each.pop("bytes", None)
        if len(content) > 1:
            message = choice["message"]
            kept = len(content[0]["token"]) + len(content[1]["token"])
            content[0]["token"] = content[1]["token"] = "�"
            for each in (content[0], content[1]):
                for top in (each.get("top_logprobs") or ())[:1]:
                    top["token"] = "�"
            message["content"] = "é" + message["content"][kept:]


def thoughts_have_no_logprobs(reply: Reply) -> None:
    """What the model thinks stands beside the text, is counted, and has no log probabilities."""
    for choice in choices(reply):
        choice["message"]["reasoning_content"] = "Let me think."
    usage = reply.json.get("usage")
    if usage:
        usage["completion_tokens"] += 4 * len(reply.json["choices"])
        usage["total_tokens"] += 4 * len(reply.json["choices"])


class NeverTheSame:
    """No answer of the native operations is ever the same."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def __call__(self, reply: Reply) -> None:
        number = next(self._count)
        if not reply.streamed:
            reply.json["text"] = f"{number}. {reply.json['text']}"
        elif reply.chunks:
            reply.chunks[0]["text"] = f"{number}. {reply.chunks[0]['text']}"


class NeverTheSameInChat:
    """A seed and temperature 0 do not repeat an answer, whole or streamed: sums of floats depend on the batch."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def __call__(self, reply: Reply) -> None:
        number = next(self._count)
        if reply.asked.get("logprobs") or set(reply.asked) - {
            "model",
            "messages",
            "max_tokens",
            "temperature",
            "seed",
            "stream",
            "stream_options",
        }:
            return
        told = [message for message in messages(reply) if message.get("content")]
        if told:
            told[0]["content"] = f"{number} {told[0]['content']}"


def warning(id: str, edit: Any, of: Any, *only: str) -> Finding:
    sentence = " ".join((edit.__doc__ or "").split())
    return Finding(id, WARNING, sentence, edited(edit, of), Innocent(), only=only)


ANSWERS = (
    Finding(
        "nothing-is-said",
        WARNING,
        " ".join((nothing_is_said.__doc__ or "").split()),
        edited(nothing_is_said, lambda reply: chat(reply) and not ({"tools", "logprobs"} & set(reply.asked))),
        Innocent(),
        only=("chat.reply.content", "gate.chat.max-completion-tokens.accepts", "gate.chat.stop-token-ids.accepts"),
        generated=True,
    ),
    warning(
        "numbers-are-no-times",
        numbers_are_no_times,
        lambda reply: reply.path in NATIVE and native(reply),
        "legacy.*",
    ),
    Finding(
        "embeddings-are-not-cut",
        WARNING,
        "`truncate_prompt_tokens` of embeddings has no effect.",
        asked(lambda body: body.pop("truncate_prompt_tokens", None), "embeddings"),
        Innocent(),
        only=("embeddings.*",),
    ),
    Finding(
        "prompts-are-not-cut",
        WARNING,
        "`truncate_prompt_tokens` has no effect.",
        asked(lambda body: body.pop("truncate_prompt_tokens", None), "chat", "chat.openai-path"),
        Innocent(),
        only=("sampling.*", "chat.usage.*"),
    ),
    Finding(
        "an-empty-pattern-is-none",
        WARNING,
        no_pattern.__doc__ or "",
        asked(no_pattern, "chat", "chat.openai-path"),
        Innocent(),
        only=("structured-output.*",),
    ),
    warning("prompts-without-the-template", without_the_template, chat, "logprobs.*"),
    warning("prompts-with-the-template", with_the_template, chat, "logprobs.*"),
    warning(
        "characters-are-split",
        characters_are_split,
        has_entries,
        "logprobs.content",
        "logprobs.tokens.*",
        "logprobs.bytes",
    ),
    warning("thoughts-have-no-logprobs", thoughts_have_no_logprobs, has_entries, "logprobs.*"),
    warning("never-the-same-native", NeverTheSame, lambda reply: reply.path in NATIVE and native(reply), "legacy.*"),
)

ERRORS = (
    *(
        of_habits(f"error.{name}", WARNING, name, only=("errors.*", "auth.*", "security.*"))
        for name in (
            "codes-are-numbers",
            "errors-are-a-detail",
            "the-door-is-a-page",
            "strangers-see-a-forbidden-page",
            "large-bodies-get-a-page",
        )
    ),
    of_habits("error.one-percent-503-as-a-page", WARNING, "one-percent-503-as-a-page", only=("chat.*", "errors.*")),
    of_habits(
        "later-deltas-have-an-empty-role",
        WARNING,
        "later-deltas-have-an-empty-role",
        only=("stream.*", "tools.stream.*"),
    ),
)

SEEDS = (
    Finding(
        "never-the-same",
        WARNING,
        " ".join((NeverTheSameInChat.__doc__ or "").split()),
        edited(NeverTheSameInChat, lambda reply: chat(reply) or chat_stream(reply)),
        Innocent(warned=("sampling.seed",)),
        only=("stream.*", "sampling.*", "equivalence.*", "legacy.*"),
        declines=("sampling.seed", "legacy.as-chat"),
    ),
)

FINDINGS = (*ANSWERS, *ERRORS, *SEEDS)
