"""Constraints of the output that are dropped in silence, or obeyed with trimmings."""

from __future__ import annotations

from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, messages
from tests.proof.legal_servers.reply import Reply


def wants(kind: str) -> Any:
    return lambda reply: chat(reply) and (reply.asked.get("response_format") or {}).get("type") == kind


@defect("structured-output.json-object", of=wants("json_object"))
def json_is_fenced(reply: Reply) -> None:
    """JSON output stands in a fence of Markdown."""
    for message in messages(reply):
        message["content"] = f"```json\n{message['content']}\n```"


@defect("structured-output.json-schema", asks=True)
def json_schemas_are_dropped(asked: dict[str, Any]) -> None:
    """A schema in `response_format` is not enforced: any JSON comes."""
    if isinstance(asked.get("response_format"), dict) and asked["response_format"].get("type") == "json_schema":
        asked["response_format"] = {"type": "json_object"}


@defect("structured-output.json-object", asks=True)
def response_formats_are_dropped(asked: dict[str, Any]) -> None:
    """`response_format` is ignored: prose comes."""
    asked.pop("response_format", None)


@defect("structured-output.guided-choice", asks=True)
def guided_choice_is_dropped(asked: dict[str, Any]) -> None:
    """`guided_choice`, which newer releases of the engine no longer know, is ignored."""
    asked.pop("guided_choice", None)


@defect("structured-output.guided-regex", asks=True)
def guided_regex_is_dropped(asked: dict[str, Any]) -> None:
    """`guided_regex`, which newer releases of the engine no longer know, is ignored."""
    asked.pop("guided_regex", None)


@defect("structured-output.guided-json", asks=True)
def guided_json_is_dropped(asked: dict[str, Any]) -> None:
    """`guided_json`, which newer releases of the engine no longer know, is ignored."""
    asked.pop("guided_json", None)


@defect("structured-output.guided-grammar", asks=True)
def guided_grammar_is_dropped(asked: dict[str, Any]) -> None:
    """`guided_grammar`, which newer releases of the engine no longer know, is ignored."""
    asked.pop("guided_grammar", None)


@defect("structured-output.guided-choice", of=lambda reply: chat(reply) and bool(reply.asked.get("guided_choice")))
def choices_end_in_a_blank(reply: Reply) -> None:
    """A guided choice has a blank at its end."""
    for message in messages(reply):
        message["content"] += " "
