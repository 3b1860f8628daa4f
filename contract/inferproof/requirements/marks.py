"""Marks of a template: what stands between the turns of a prompt is no part of an answer."""

from __future__ import annotations

import json
import re

from inferproof.judge.check import Check
from inferproof.judge.requirement import PROJECT
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, LEGACY, served
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.requirements import legacy
from inferproof.requirements.chat_request import PLAIN
from inferproof.requirements.reasoning import TAGS
from inferproof.requirements.tools import chosen

MARK = re.compile(
    r"<\|[A-Za-z]+(?:_[A-Za-z]+)*\|>"  # <|im_end|>, <|eot_id|>, <|endoftext|>
    r"|<\uff5c[^<>\uff5c]{2,40}\uff5c>"  # the same between full-width bars
    r"|<(?:start|end)_of_turn>|<[be]os>|\[/?INST\]|<</?SYS>>|\A\s*<s>|</s>\s*\Z"
)
"""What templates write around turns. `<s>` and `</s>` are HTML too, but not at the ends of a text."""

CALL = re.compile(r"</?tool_calls?>|</?function_calls?>|\[/?TOOL_CALLS?\]|<function=\w")
"""What models write around a call."""

FREE = PLAIN | {"tools", "tool_choice", "parallel_tool_calls", "response_format", "logprobs", "top_logprobs"}
FREE |= {"reasoning", "reasoning_effort", *legacy.PLAIN}
"""Members that ask for no special token, and force none."""


def _is_free(answer: Subject) -> bool:
    return FREE.issuperset(answer.request.members())


def _unasked(answer: Subject, found: list[str]) -> list[str]:
    """Those that the request does not have itself: a question may be about them."""
    sent = json.dumps(answer.request.raw, ensure_ascii=False)
    return sorted({mark.strip() for mark in found if mark.strip() not in sent})


rules = Rules(of=served(*CHAT), cites="chat.reply#/choices/[]/message").with_notes(
    breaks="end tokens that are not special to a tokenizer, the stop list of another model, no parser for a call.",
    reference="the engine leaves special tokens out, and its parsers take calls and reasoning out of the text.",
)
calls = rules.part("tools.call", of=served("chat"), claims="tools")
native = rules.part("legacy.reply", of=served(*LEGACY), cites="chat.legacy.reply", claims="legacy")


@native.should("marks", PROJECT, "#/text", where=_is_free)
@rules.should(
    "chat.reply.marks", PROJECT, "/content", where=_is_free, covers="chat.request.default#/skip_special_tokens"
)
def marks_of_the_template_are_no_text(reply: Subject, check: Check) -> None:
    """A text has no marks of the chat template, such as the end of a turn, unless the request contains them."""
    found = [mark for text in reply.texts.values() for mark in MARK.findall(text)]
    if reply.reasoning:  # where some of it is taken out of the text, all of it is
        found += [tag for text in reply.texts.values() for tag in TAGS if tag in text]
    check.equal(_unasked(reply, found), [], at="marks in the text")


def _must_call(answer: Subject) -> bool:
    return chosen(answer) in ("required", "named") and bool(answer.request.get("/tools"))


@calls.should("marks", PROJECT, "/tool_calls", "chat.request#/tool_choice", where=_must_call)
def a_call_is_no_text(reply: Subject, check: Check) -> None:
    """A required call is not left in the text, between the marks that a model writes around calls."""
    if reply.finish_reason == "length":
        raise Skip("the call was cut short, so that no parser knows it")
    found = [mark for text in reply.texts.values() for mark in CALL.findall(text)]
    check.equal(_unasked(reply, found), [], at="marks of a call in the text")
