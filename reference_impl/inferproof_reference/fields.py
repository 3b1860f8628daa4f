"""What becomes of every member of a request on its way to vLLM's OpenAI server: the field map, checked with vLLM 0.32.

vLLM keeps members that it does not know and ignores them, so nothing is passed on in the hope that it is understood:
only the members of these tables leave, and each that does not leave has its reason. What the contract lets have one
value only (`best_of`, `priority`, `chat_template`, …) the front has refused otherwise before it comes here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from inferproof.document import Contract
from inferproof.front.backend import Json, Refusal
from inferproof_reference.catalogue import Model
from inferproof_reference.constraints import CONSTRAINTS, structured_outputs

Fate = Literal["passed", "translated", "defaulted", "dropped"]


@dataclass(frozen=True)
class Row:
    """One member. Where a client sends none, the documented default is sent unless `own`, vLLM's, is the same."""

    fate: Fate
    why: str = ""
    own: Any = None


PASSED = Row("passed")


def _passed(own: Any) -> Row:
    return Row("passed", own=own)


def _translated(why: str, own: Any = None) -> Row:
    return Row("translated", why, own)


def _defaulted(why: str) -> Row:
    return Row("defaulted", why)


def _dropped(why: str) -> Row:
    return Row("dropped", why)


_GUIDED = _translated("it is `structured_outputs` since vLLM 0.12, which ignores the old name")
_PENALTY = _defaulted("vLLM takes an absent one from the model's generation config, whatever the document says")
_ONLY_ZERO = _dropped("the contract lets it be 0 only, which asks for nothing")
_ONLY_NULL = _dropped("the contract lets it be null only: it would steer the engine from outside")
_EFFORT = _translated("vLLM has one member for it, and where a request has both, the newer one counts")
_LENGTH = _translated("vLLM refuses more than the model's context, which is then all that can be had")

CHAT: Mapping[str, Row] = {
    "messages": _translated("vLLM knows calls of functions only: an earlier call of a custom tool becomes one"),
    "model": _translated("clients know the names of the catalogue, vLLM those that it serves"),
    "frequency_penalty": _PENALTY,
    "logit_bias": PASSED,
    "logprobs": _passed(False),
    "top_logprobs": _passed(0),
    "max_tokens": _LENGTH,
    "max_completion_tokens": _LENGTH,
    "n": _passed(1),
    "presence_penalty": _PENALTY,
    "response_format": PASSED,
    "seed": PASSED,
    "stop": _passed([]),
    "stream": _passed(False),
    "stream_options": _translated("vLLM takes `include_usage` for false, whatever the document says"),
    "temperature": _translated("vLLM refuses several choices at 0; one likely token at 1 gives the same"),
    "top_p": PASSED,
    "tools": _translated("vLLM refuses an empty list, and forces calls to obey only what says so by itself"),
    "tool_choice": _translated("vLLM refuses any where there are no tools, and takes `auto` where there are"),
    "parallel_tool_calls": _translated(
        "vLLM takes an absent one for true, and reads it only where there are tools", own=True
    ),
    "user": PASSED,
    "best_of": _dropped("the contract lets it be 1 only; vLLM has ignored it since 0.12"),
    "use_beam_search": _translated("vLLM's beams ignore what would steer them: that is refused", own=False),
    "top_k": PASSED,
    "min_p": PASSED,
    "repetition_penalty": PASSED,
    "length_penalty": _passed(1.0),
    "stop_token_ids": _passed([]),
    "include_stop_str_in_output": _passed(False),
    "ignore_eos": _passed(False),
    "min_tokens": _passed(0),
    "skip_special_tokens": _passed(True),
    "spaces_between_special_tokens": _passed(True),
    "truncate_prompt_tokens": _LENGTH,
    "prompt_logprobs": PASSED,
    "allowed_token_ids": PASSED,
    "bad_words": _passed([]),
    "echo": _passed(False),
    "add_generation_prompt": _translated(
        "to continue a message turns it off by itself, which vLLM refuses to guess", own=True
    ),
    "continue_final_message": _passed(False),
    "add_special_tokens": _passed(False),
    "documents": PASSED,
    "chat_template": _ONLY_NULL,
    "chat_template_kwargs": _translated("a `chat_template` inside would be run as a program: it is refused"),
    "mm_processor_kwargs": _ONLY_NULL,
    "guided_json": _GUIDED,
    "guided_regex": _GUIDED,
    "guided_choice": _GUIDED,
    "guided_grammar": _GUIDED,
    "structural_tag": _GUIDED,
    "guided_decoding_backend": _dropped("since vLLM 0.12 the engine chooses, and the reply obeys it either way"),
    "guided_whitespace_pattern": _dropped("vLLM 0.32 ignores it: what its engine does not do by itself is refused"),
    "guided_meta": _dropped("it is for a decoding backend of the vendor's own, and no such backend runs here"),
    "priority": _ONLY_ZERO,
    "request_id": PASSED,
    "logits_processors": _dropped("the contract lets it be empty only; code named by a request is never loaded"),
    "return_tokens_as_token_ids": _passed(False),
    "cache_salt": PASSED,
    "kv_transfer_params": _ONLY_NULL,
    "vllm_xargs": _ONLY_NULL,
    "reasoning": _EFFORT,
    "reasoning_effort": _EFFORT,
    "timeout_sec": _dropped("the front ends the call in time, and vLLM stops when its connection closes"),
}

EMBEDDINGS: Mapping[str, Row] = {
    "model": CHAT["model"],
    "input": PASSED,
    "messages": PASSED,
    "encoding_format": _passed("float"),
    "dimensions": PASSED,
    "user": PASSED,
    "truncate_prompt_tokens": _LENGTH,
    "add_special_tokens": PASSED,
    "chat_template": _ONLY_NULL,
    "chat_template_kwargs": CHAT["chat_template_kwargs"],
    "mm_processor_kwargs": _ONLY_NULL,
    "priority": _ONLY_ZERO,
}

# What steers a text and is not in vLLM's BeamSearchParams.
BEAMS_IGNORE = (
    *CONSTRAINTS,
    *("allowed_token_ids", "bad_words", "logit_bias", "min_tokens", "stop", "stop_token_ids"),
)

# What a config of the catalogue says of a request that says nothing: config parameter to member.
CONFIG_DEFAULTS = {"temperature": "temperature", "topP": "top_p", "maximumLength": "max_tokens", "stopTokens": "stop"}


def _leaving(table: Mapping[str, Row]) -> frozenset[str]:
    return frozenset(name for name, row in table.items() if row.fate in ("passed", "defaulted"))


_CHAT_LEAVES = _leaving(CHAT)
_EMBEDDINGS_LEAVES = _leaving(EMBEDDINGS)


@dataclass(frozen=True)
class Documented:
    """What the contract says of members that a client leaves out: only where vLLM would take something else.

    `efforts` are the members that say how much a model reasons, as far as the contract has them. `embeddings` are by
    the member that the form of the request is about.
    """

    chat: Json
    include_usage: bool
    efforts: frozenset[str]
    embeddings: Mapping[str, Json]


def documented(contract: Contract) -> Documented:
    """Read once, when the reference starts."""
    chat = contract.operation("chat").request_schema if "chat" in contract.roles else None
    embeddings = contract.operation("embeddings").request_schema if "embeddings" in contract.roles else None
    members = contract.members(chat) if chat is not None else {}
    options = members.get("stream_options")
    usage = {} if options is None else dict(contract.defaults(contract.forms(options)[0]))
    forms = contract.forms(embeddings) if embeddings is not None else []
    # vLLM 0.32 adds special tokens to an input, and leaves them to the template of a conversation.
    own = {"input": {"add_special_tokens": True}, "messages": {"add_special_tokens": False}}
    return Documented(
        chat=_differing(contract, chat, CHAT, {}),
        include_usage=usage.get("include_usage") is True,
        efforts=frozenset(members) & {"reasoning", "reasoning_effort"},
        embeddings={
            member: next(
                (
                    _differing(contract, form, EMBEDDINGS, own[member])
                    for form in forms
                    if member in contract.members(form)
                ),
                {},
            )
            for member in own
        },
    )


def _differing(contract: Contract, schema: str | None, table: Mapping[str, Row], own: Json) -> Json:
    """The documented defaults that vLLM has not by itself, of members that it is given."""
    return {
        name: value
        for name, value in (contract.defaults(schema) if schema is not None else ())
        if name in table and table[name].fate != "dropped" and value not in (None, own.get(name, table[name].own))
    }


def chat_to_engine(body: Json, model: Model, said: Documented, *, compact: bool) -> Json:
    """The request to `/v1/chat/completions` of vLLM. `body` is valid under the contract; null is as if absent.

    What it leaves out is what the catalogue says of the model, else what the contract says.
    `compact` says whether the engine was told to write JSON without whitespace.
    Raises Refusal 422 for what vLLM would ignore.
    """
    given = {name: value for name, value in body.items() if value is not None}
    for parameter, member in CONFIG_DEFAULTS.items():
        if parameter in model.defaults:
            given.setdefault(member, model.defaults[parameter])
    given = {**said.chat, **given}
    sent = {name: value for name, value in given.items() if name in _CHAT_LEAVES}
    sent["model"] = model.served
    for translate in _CHAT_TRANSLATIONS:
        translate(given, sent, model)
    _usage(given, sent, said)
    _effort(given, sent, said)
    constraint = structured_outputs(given, compact=compact)
    if constraint is not None:
        sent["structured_outputs"] = constraint
    return sent


def embeddings_to_engine(body: Json, model: Model, said: Documented) -> Json:
    """The request to `/v1/embeddings` of vLLM, either form. Raises Refusal 422."""
    given = {name: value for name, value in body.items() if value is not None}
    given = {**said.embeddings["messages" if "messages" in given else "input"], **given}
    sent = {name: value for name, value in given.items() if name in _EMBEDDINGS_LEAVES}
    sent["model"] = model.served
    _lengths(body, sent, model)
    _template_arguments(body, sent, model)
    return sent


def _messages(given: Json, sent: Json, model: Model) -> None:
    sent["messages"] = [_message(message) if message.get("tool_calls") else message for message in given["messages"]]


def _message(message: Json) -> Json:
    return {**message, "tool_calls": [_function_call(call) for call in message["tool_calls"]]}


def _function_call(call: Json) -> Json:
    """A call of a custom tool, which takes one text, as a call of a function."""
    if call.get("type") != "custom":
        return call
    custom = call["custom"]
    function = {"name": custom["name"], "arguments": json.dumps({"input": custom["input"]})}
    return {"id": call["id"], "type": "function", "function": function}


def _lengths(given: Json, sent: Json, model: Model) -> None:
    for name in ("max_tokens", "max_completion_tokens", "truncate_prompt_tokens"):
        if given.get(name) is not None:
            sent[name] = given[name] if model.context is None else min(given[name], model.context)


def _usage(given: Json, sent: Json, said: Documented) -> None:
    options = given.get("stream_options")
    if options is not None:
        include = options.get("include_usage")
        sent["stream_options"] = {**options, "include_usage": said.include_usage if include is None else include}


def _effort(given: Json, sent: Json, said: Documented) -> None:
    """vLLM tells the model's template, also by `enable_thinking`; a model that does not reason takes no notice."""
    newer = given.get("reasoning") if "reasoning" in said.efforts else None
    older = given.get("reasoning_effort") if "reasoning_effort" in said.efforts else None
    effort = (newer or {}).get("effort") or older
    if effort is not None:
        sent["reasoning_effort"] = effort


def _generation_prompt(given: Json, sent: Json, model: Model) -> None:
    asked = given.get("add_generation_prompt")
    if asked is None and given.get("continue_final_message"):
        asked = False
    if asked is not None:
        sent["add_generation_prompt"] = asked


def _temperature(given: Json, sent: Json, model: Model) -> None:
    if "temperature" not in given:
        return
    sent["temperature"] = given["temperature"]
    if given["temperature"] == 0 and given.get("n", 1) > 1 and not given.get("use_beam_search"):
        sent["temperature"], sent["top_k"] = 1.0, 1


def _tools(given: Json, sent: Json, model: Model) -> None:
    if not given.get("tools"):
        return
    choice = given.get("tool_choice", "auto")
    forced = choice not in ("auto", "none")
    sent["tools"] = [{**tool, "function": _function(tool["function"], forced)} for tool in given["tools"]]
    sent["tool_choice"] = choice
    if "parallel_tool_calls" in given:
        sent["parallel_tool_calls"] = given["parallel_tool_calls"]


def _function(function: Json, forced: bool) -> Json:
    """Without these two a forced call of vLLM 0.32 may have `null` or `Infinity` for its arguments."""
    parameters = {"type": "object", "properties": {}, **(function.get("parameters") or {})}
    return {**function, "parameters": parameters, **({"strict": True} if forced else {})}


def _beams(given: Json, sent: Json, model: Model) -> None:
    if not given.get("use_beam_search"):
        return
    sent["use_beam_search"] = True
    for name in BEAMS_IGNORE:
        if given.get(name):
            raise Refusal(422, f"Beam search cannot obey `{name}`: leave one of them out.", loc=("body", name))


def _template_arguments(given: Json, sent: Json, model: Model) -> None:
    arguments = given.get("chat_template_kwargs")
    if arguments is None:
        return
    if "chat_template" in arguments:
        message = "A chat template sent with a request is never run: leave `chat_template` out."
        raise Refusal(422, message, loc=("body", "chat_template_kwargs", "chat_template"))
    sent["chat_template_kwargs"] = arguments


_CHAT_TRANSLATIONS: tuple[Callable[[Json, Json, Model], None], ...] = (
    _messages,
    _generation_prompt,
    _lengths,
    _temperature,
    _tools,
    _beams,
    _template_arguments,
)
