"""Equivalence: operations that can hold the same conversation answer it alike."""

from inferproof.judge.capabilities import not_claimed
from inferproof.judge.check import Check
from inferproof.judge.requirement import PROJECT
from inferproof.judge.rules import Rules
from inferproof.judge.subject import Subject, repeated, steps
from inferproof.judge.value import NotClaimed, Skip
from inferproof.requirements.tools import whole_calls
from inferproof.requirements.usage import same_prompt

rules = Rules("equivalence", cites="chat", claims="core.openai-path").with_notes(
    breaks="a gateway that gives one path another default, a template of its own, or an older engine.",
    reference="every path is translated into one chat request, and only its reply is written in another form.",
)
native = rules.part("legacy", cites="chat.legacy", claims="legacy.as-chat")


@rules.should("openai-path.content", PROJECT, ".openai-path.prose", needs="equivalence.openai-path")
def the_twin_says_the_same(answers: list[Subject], check: Check) -> None:
    """At temperature 0, the path for OpenAI clients gives the same content and finish reason as the chat operation."""
    chat, twin, again, twin_again = steps(answers, 4)
    check.equal(repeated(twin, twin_again), repeated(chat, again), at="/choices/0/message/content")
    check.equal(twin.finish_reason, chat.finish_reason, at="/choices/0/finish_reason")


@rules.should("openai-path.usage", PROJECT, ".openai-path.prose", needs="equivalence.openai-path")
def the_twin_counts_the_same(answers: list[Subject], check: Check) -> None:
    """The path for OpenAI clients counts the same `prompt_tokens` as the chat operation."""
    chat, twin, *_ = (answer.body.value("/usage/prompt_tokens") for answer in steps(answers, 4))
    same_prompt(twin, chat.integer(), check)


@native.should("text", PROJECT, ".prose", needs="equivalence.legacy")
def turns_are_messages(answers: list[Subject], check: Check) -> None:
    """At temperature 0, the native operation gives the same text for turns as chat for the same messages."""
    chat, native, again, native_again = steps(answers, 4)
    text = repeated(chat, again)
    if native_again.said != native.said:
        raise Skip("the native operation answers differently each time")
    check.equal(native.said, text, at="/text")


@native.should(
    "tools",
    PROJECT,
    ".request#/tools",
    "chat.request#/tools",
    covers=".stream.request#/tools",
    needs="equivalence.legacy-tools",
)
def tools_are_offered_alike(told: list[Subject], check: Check) -> None:
    """At temperature 0, the native operations call the same functions as the chat operation with the same tools."""
    chat, *native, again = steps(told, 4)
    for capability in ("legacy.tools", "tools.auto"):
        if why := not_claimed(capability, chat.declined):
            raise NotClaimed(f"{capability}: {why}")
    repeated(chat, again)
    wanted = _names(chat)
    if wanted != _names(again):
        raise Skip("the same request is answered differently each time")
    for answer in native:
        check.equal(_native_names(answer), wanted, at="names of tool_calls")


def _names(answer: Subject) -> list[str]:
    return [call.string("/function/name") for call in whole_calls(answer)]


def _native_names(answer: Subject) -> list[str]:
    """The functions that a native operation calls; in a stream, each call comes whole. Raises Skip."""
    said = answer.events if answer.streamed else [answer.body]
    return [
        call.string("/function/name") for each in said for call in each.object().items("/tool_calls", optional=True)
    ]
