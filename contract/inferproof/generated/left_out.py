"""What the schemas allow and a sane server may refuse all the same: no positive cases, each with its reason.

Everything here could be said to be a mistake of the document; where a schema can say it, `corrections.yaml` does. This
table is for the rest: what depends on a model, a template, an engine, or on the meaning of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from inferproof.generated.baselines import BODY, Absent
from inferproof.requirements.chat_request import UNSUPPORTED

Rule = tuple[Callable[[Any], bool], str]

SMALLEST = 1e-30
"""Below it a 32-bit float, in which engines count, is on its way to zero."""


def _set(value: Any) -> bool:
    return value is not None


def _odd_messages(messages: Any) -> bool:
    return not isinstance(messages, list) or any(
        not isinstance(one, dict)
        or one.get("role") not in ("system", "user", "assistant")
        or not _said(one.get("content"))
        or one.keys() - {"role", "content"} != set()
        for one in messages
    )


def _odd_turns(turns: Any) -> bool:
    return not isinstance(turns, list) or any(
        one.get("type") not in ("Human", "AI", "Instruction") or not _said(one.get("text")) for one in turns
    )


def _odd_format(value: Any) -> bool:
    if value is None:
        return False
    schema = (value.get("json_schema") or {}).get("schema")
    if value["type"] == "json_schema":
        return not isinstance(schema, dict) or "type" not in schema
    return value["type"] == "structural_tag" or value.get("json_schema") is not None


def _odd_choice(value: Any) -> bool:
    return value == "required" or isinstance(value, dict)


def _said(text: Any) -> bool:
    return isinstance(text, str) and text.strip() != ""


def _repeats(value: Any) -> bool:
    return isinstance(value, list) and len(value) != len({repr(one) for one in value})


def _token_ids(value: Any) -> bool:
    return isinstance(value, list) and not all(isinstance(one, str) for one in value)


def _empty(value: Any) -> bool:
    return value in ("", [], {})


_TEMPLATE = "how a conversation of this form is put into a prompt is up to the model's template"
_INTERNAL = "the insides of one engine; a server may refuse them"
_OWN = "a capability of its own, which a probe asks for by itself"

_RULES: Mapping[str, tuple[Rule, ...]] = {
    BODY: ((lambda value: True, "a body as a whole varies no member"),),
    "model": ((lambda value: True, "which models there are, and whether one is the default, is the server's own"),),
    "config": ((lambda value: True, "which configs there are is the server's own"),),
    "messages": ((_odd_messages, _TEMPLATE),),
    "context": ((_odd_turns, _TEMPLATE),),
    "documents": ((lambda value: bool(value), _TEMPLATE),),
    "chat_template_kwargs": ((lambda value: bool(value), _TEMPLATE),),
    "continue_final_message": ((lambda value: value is True, "the last message is the user's"),),
    "max_tokens": ((lambda value: value is None, "an answer without a cap can take minutes"),),
    "min_tokens": ((lambda value: value > 4, "more than the cap allows"),),
    "truncate_prompt_tokens": ((_set, "a prompt cut to a token or two may be none"),),
    "tool_choice": ((_odd_choice, _OWN),),
    "response_format": ((_odd_format, "a format without a schema, or with one of another format, asks for nothing"),),
    "guided_json": ((_set, "whether a text is a schema is not for a schema to say"),),
    "guided_grammar": ((_set, "whether a text is a grammar is not for a schema to say"),),
    "structural_tag": ((_set, "whether a text is a structural tag is not for a schema to say"),),
    "guided_choice": ((_repeats, "a choice between equals"),),
    "guided_whitespace_pattern": ((_set, "a pattern for a constraint that is not there"),),
    "guided_decoding_backend": ((_set, "the server's choice, not the request's (DEF-044)"),),
    "guided_meta": ((_set, _INTERNAL),),
    "logits_processors": ((_set, _INTERNAL),),
    "vllm_xargs": ((_set, _INTERNAL),),
    "kv_transfer_params": ((_set, _INTERNAL),),
    "mm_processor_kwargs": ((_set, _INTERNAL),),
    "use_beam_search": ((lambda value: value is True, "engines have dropped beam search"),),
    "allowed_token_ids": ((_repeats, "a token allowed twice"),),
    "echo": ((lambda value: value is True, _OWN),),
    "stream_options": ((lambda value: bool(value) and value.get("continuous_usage_stats") is True, _OWN),),
    "input": ((_token_ids, _OWN),),
    "dimensions": ((_set, _OWN),),
    "additional_data": ((_set, "it takes anything and means nothing; engines have dropped it"),),
    "attributes": ((_empty, "nothing to score"),),
    "schemas": ((lambda value: bool(value), "not explained anywhere"),),
    "server_target": ((_set, "not explained anywhere"),),
    "web_search": ((lambda value: value is True, "a server without a way to the web cannot"),),
}


def left_out(role: str, name: str, value: Any) -> str | None:
    """Why a valid value of the member is no positive case at this operation; None where it is one."""
    if isinstance(value, Absent):
        return None
    if role == "chat.openai-path" and name in UNSUPPORTED:
        return "the prose calls it unsupported here: it may be refused"
    if any(0 < abs(number) < SMALLEST for number in _numbers(value)):
        return "a number that a 32-bit float cannot hold"
    return next((reason for holds, reason in _RULES.get(name, ()) if holds(value)), None)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _numbers(child)
    elif isinstance(value, int | float):
        yield value
