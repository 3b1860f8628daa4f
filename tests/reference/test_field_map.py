"""The field map, row by row: what a client sends, and what arrives at vLLM, or the 422 that it gets instead."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import Contract, pointers
from inferproof.front.app import Front
from inferproof_reference.fields import CHAT, EMBEDDINGS
from tests.front.asgi import Reply, ask
from tests.reference import scripted_engine
from tests.reference.scripted_engine import ScriptedEngine

HI = [{"role": "user", "content": "Hi"}]
MINIMAL = {"model": "tiny", "messages": HI}
ALWAYS = {**MINIMAL, "frequency_penalty": 0.0, "presence_penalty": 0.0}
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
BARE_TOOLS = [{"type": "function", "function": {"name": "f"}}]
STRICT_TOOLS = [{"type": "function", "function": {**TOOLS[0]["function"], "strict": True}}]
ONE_BY_ONE = {"parallel_tool_calls": False}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
NAMED = {"type": "function", "function": {"name": "f"}}
CALL = {"id": "2", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CUSTOM = {"id": "1", "type": "custom", "custom": {"name": "c", "input": "salt"}}
CUSTOM_AS_FUNCTION = {"id": "1", "type": "function", "function": {"name": "c", "arguments": '{"input": "salt"}'}}
SAMPLED = {"temperature": 1.0, "top_k": 1}
TAG = '{"structures": [{"begin": "<a>", "schema": {}, "end": "</a>"}], "triggers": ["<a>"]}'
ANYTHING = {"guided_json": {"type": "object"}}

# Member, what the client sends beside a minimal request, what vLLM gets beside ALWAYS.
ARRIVES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("messages", {"messages": [*HI, {"role": "assistant", "content": "a", "reasoning_content": "r"}, *HI]}, {}),
    (
        "messages",
        {"messages": [*HI, {"role": "assistant", "tool_calls": [CUSTOM, CALL]}]},
        {"messages": [*HI, {"role": "assistant", "tool_calls": [CUSTOM_AS_FUNCTION, CALL]}]},
    ),
    ("model", {"model": None}, {}),
    ("model", {"model": "tiny"}, {}),
    ("frequency_penalty", {"frequency_penalty": 0.5}, {"frequency_penalty": 0.5}),
    ("frequency_penalty", {"frequency_penalty": None}, {"frequency_penalty": 0.0}),
    ("logit_bias", {"logit_bias": {"65": 5}}, {"logit_bias": {"65": 5}}),
    ("logprobs", {"logprobs": True}, {"logprobs": True}),
    ("top_logprobs", {"logprobs": True, "top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
    ("top_logprobs", {"top_logprobs": None}, {}),
    ("max_tokens", {"max_tokens": 9}, {"max_tokens": 9}),
    ("max_tokens", {"max_tokens": 100_000}, {"max_tokens": 4096}),
    ("max_completion_tokens", {"max_completion_tokens": 100_000}, {"max_completion_tokens": 4096}),
    ("n", {"n": 2}, {"n": 2}),
    ("n", {"n": 2, "temperature": 0}, {"n": 2, **SAMPLED}),
    ("n", {"n": 2, "temperature": 0, "use_beam_search": True}, {"n": 2, "temperature": 0, "use_beam_search": True}),
    ("presence_penalty", {"presence_penalty": -1}, {"presence_penalty": -1}),
    ("response_format", {"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}),
    ("seed", {"seed": 4294967295}, {"seed": 4294967295}),
    ("stop", {"stop": ["a", "b"]}, {"stop": ["a", "b"]}),
    ("stop", {"stop": None}, {}),
    ("stream", {"stream": True}, {"stream": True}),
    ("stream", {"stream": False}, {"stream": False}),
    (
        "stream_options",
        {"stream": True, "stream_options": {}},
        {"stream": True, "stream_options": {"include_usage": True}},
    ),
    (
        "stream_options",
        {"stream": True, "stream_options": {"include_usage": None, "continuous_usage_stats": True}},
        {"stream": True, "stream_options": {"include_usage": True, "continuous_usage_stats": True}},
    ),
    (
        "stream_options",
        {"stream": True, "stream_options": {"include_usage": False}},
        {"stream": True, "stream_options": {"include_usage": False}},
    ),
    ("temperature", {"temperature": 0}, {"temperature": 0}),
    ("top_p", {"top_p": 0.5}, {"top_p": 0.5}),
    ("tools", {"tools": []}, {}),
    ("tools", {"tools": BARE_TOOLS}, {"tools": TOOLS, "tool_choice": "auto", **ONE_BY_ONE}),
    ("tool_choice", {"tool_choice": "none"}, {}),
    ("tool_choice", {"tools": [], "tool_choice": "auto"}, {}),
    ("tool_choice", {"tools": TOOLS, "tool_choice": None}, {"tools": TOOLS, "tool_choice": "auto", **ONE_BY_ONE}),
    ("tool_choice", {"tools": TOOLS, "tool_choice": "none"}, {"tools": TOOLS, "tool_choice": "none", **ONE_BY_ONE}),
    (
        "tool_choice",
        {"tools": TOOLS, "tool_choice": NAMED},
        {"tools": STRICT_TOOLS, "tool_choice": NAMED, **ONE_BY_ONE},
    ),
    (
        "parallel_tool_calls",
        {"tools": TOOLS, "parallel_tool_calls": True},
        {"tools": TOOLS, "tool_choice": "auto", "parallel_tool_calls": True},
    ),
    ("parallel_tool_calls", {"parallel_tool_calls": True}, {}),
    ("user", {"user": "u"}, {"user": "u"}),
    ("best_of", {"best_of": 1}, {}),
    ("use_beam_search", {"use_beam_search": True}, {"use_beam_search": True}),
    ("use_beam_search", {"use_beam_search": False, "stop": "a"}, {"stop": "a"}),
    ("top_k", {"top_k": -1}, {"top_k": -1}),
    ("min_p", {"min_p": 0.1}, {"min_p": 0.1}),
    ("repetition_penalty", {"repetition_penalty": 1.1}, {"repetition_penalty": 1.1}),
    ("length_penalty", {"length_penalty": 0.5}, {"length_penalty": 0.5}),
    ("stop_token_ids", {"stop_token_ids": [7]}, {"stop_token_ids": [7]}),
    ("include_stop_str_in_output", {"include_stop_str_in_output": True}, {"include_stop_str_in_output": True}),
    ("ignore_eos", {"ignore_eos": True}, {"ignore_eos": True}),
    ("min_tokens", {"min_tokens": 2}, {"min_tokens": 2}),
    ("skip_special_tokens", {"skip_special_tokens": False}, {"skip_special_tokens": False}),
    (
        "spaces_between_special_tokens",
        {"spaces_between_special_tokens": False},
        {"spaces_between_special_tokens": False},
    ),
    ("truncate_prompt_tokens", {"truncate_prompt_tokens": 5}, {"truncate_prompt_tokens": 5}),
    ("truncate_prompt_tokens", {"truncate_prompt_tokens": 100_000}, {"truncate_prompt_tokens": 4096}),
    ("prompt_logprobs", {"prompt_logprobs": 1}, {"prompt_logprobs": 1}),
    ("allowed_token_ids", {"allowed_token_ids": [1, 2]}, {"allowed_token_ids": [1, 2]}),
    ("bad_words", {"bad_words": ["a"]}, {"bad_words": ["a"]}),
    ("echo", {"echo": True}, {"echo": True}),
    ("add_generation_prompt", {"add_generation_prompt": False}, {"add_generation_prompt": False}),
    (
        "continue_final_message",
        {"continue_final_message": True},
        {"continue_final_message": True, "add_generation_prompt": False},
    ),
    (
        "continue_final_message",
        {"continue_final_message": True, "add_generation_prompt": False},
        {"continue_final_message": True, "add_generation_prompt": False},
    ),
    ("add_special_tokens", {"add_special_tokens": True}, {"add_special_tokens": True}),
    ("documents", {"documents": [{"title": "t", "text": "x"}]}, {"documents": [{"title": "t", "text": "x"}]}),
    ("chat_template", {"chat_template": None}, {}),
    ("chat_template_kwargs", {"chat_template_kwargs": {"a": 1}}, {"chat_template_kwargs": {"a": 1}}),
    ("mm_processor_kwargs", {"mm_processor_kwargs": None}, {}),
    ("guided_json", {"guided_json": SCHEMA}, {"structured_outputs": {"json": SCHEMA}}),
    ("guided_json", {"guided_json": '{"type": "object"}'}, {"structured_outputs": {"json": {"type": "object"}}}),
    (
        "guided_json",
        {**ANYTHING, "response_format": {"type": "text"}},
        {"structured_outputs": {"json": {"type": "object"}}, "response_format": {"type": "text"}},
    ),
    ("guided_regex", {"guided_regex": "[a-z]+"}, {"structured_outputs": {"regex": "[a-z]+"}}),
    ("guided_choice", {"guided_choice": ["a", "b"]}, {"structured_outputs": {"choice": ["a", "b"]}}),
    ("guided_grammar", {"guided_grammar": 'root ::= "a"'}, {"structured_outputs": {"grammar": 'root ::= "a"'}}),
    ("structural_tag", {"structural_tag": TAG}, {"structured_outputs": {"structural_tag": TAG}}),
    ("guided_decoding_backend", {"guided_decoding_backend": "outlines"}, {}),
    (
        "guided_whitespace_pattern",
        {**ANYTHING, "guided_whitespace_pattern": ""},
        {"structured_outputs": {"json": {"type": "object"}}},
    ),
    (
        "guided_whitespace_pattern",
        {**ANYTHING, "guided_whitespace_pattern": "[ ]?"},
        {"structured_outputs": {"json": {"type": "object"}}},
    ),
    ("guided_whitespace_pattern", {"guided_whitespace_pattern": ""}, {}),
    ("guided_meta", {"guided_meta": {"a": 1}}, {}),
    ("priority", {"priority": 0}, {}),
    ("request_id", {"request_id": "mine"}, {"request_id": "mine"}),
    ("logits_processors", {"logits_processors": []}, {}),
    ("return_tokens_as_token_ids", {"return_tokens_as_token_ids": True}, {"return_tokens_as_token_ids": True}),
    ("cache_salt", {"cache_salt": "a-b_C9"}, {"cache_salt": "a-b_C9"}),
    ("kv_transfer_params", {"kv_transfer_params": None}, {}),
    ("vllm_xargs", {"vllm_xargs": None}, {}),
    ("timeout_sec", {"timeout_sec": 30}, {}),
    ("(unknown)", {"reasoning_effort": "high", "reasoning": {"effort": "low"}}, {}),
    ("(unknown)", {"structured_outputs": {"regex": "a"}, "return_token_ids": True}, {}),
]

# Member, what the client sends beside a minimal request, where the 422 points.
REFUSED: list[tuple[str, dict[str, Any], list[str | int]]] = [
    ("messages", {"messages": []}, ["messages"]),
    ("best_of", {"best_of": 2}, ["best_of"]),
    ("seed", {"seed": 4294967296}, ["seed"]),
    ("seed", {"seed": -1}, ["seed"]),
    ("stop", {"stop": ["a", "b", "c", "d", "e"]}, ["stop"]),
    ("truncate_prompt_tokens", {"truncate_prompt_tokens": 0}, ["truncate_prompt_tokens"]),
    ("chat_template", {"chat_template": "{{ messages }}"}, ["chat_template"]),
    (
        "chat_template_kwargs",
        {"chat_template_kwargs": {"chat_template": "x"}},
        ["chat_template_kwargs", "chat_template"],
    ),
    ("mm_processor_kwargs", {"mm_processor_kwargs": {"a": 1}}, ["mm_processor_kwargs"]),
    ("guided_json", {"guided_json": "{nope"}, ["guided_json"]),
    ("guided_json", {"guided_json": "[" * 5000}, ["guided_json"]),
    ("guided_json", {"guided_json": "[1]"}, ["guided_json"]),
    ("guided_json", {**ANYTHING, "response_format": {"type": "json_object"}}, ["guided_json"]),
    ("guided_whitespace_pattern", {**ANYTHING, "guided_whitespace_pattern": "["}, ["guided_whitespace_pattern"]),
    ("guided_whitespace_pattern", {**ANYTHING, "guided_whitespace_pattern": "[ ]"}, ["guided_whitespace_pattern"]),
    ("use_beam_search", {"use_beam_search": True, "stop": "a"}, ["stop"]),
    ("use_beam_search", {"use_beam_search": True, "guided_regex": "a"}, ["guided_regex"]),
    ("priority", {"priority": 5}, ["priority"]),
    ("logits_processors", {"logits_processors": ["os.system"]}, ["logits_processors"]),
    ("cache_salt", {"cache_salt": "a/b"}, ["cache_salt"]),
    ("kv_transfer_params", {"kv_transfer_params": {"a": 1}}, ["kv_transfer_params"]),
    ("vllm_xargs", {"vllm_xargs": {"a": [1]}}, ["vllm_xargs"]),
    ("tool_choice", {"tool_choice": "required"}, ["tools"]),
]

# Member, what the client sends, what the engine that embeds gets.
EMBEDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("model", {"input": "x"}, {"input": "x"}),
    ("input", {"input": [[1, 2], [3]]}, {"input": [[1, 2], [3]]}),
    ("messages", {"messages": HI}, {"messages": HI}),
    ("encoding_format", {"input": "x", "encoding_format": "base64"}, {"input": "x", "encoding_format": "base64"}),
    ("dimensions", {"input": "x", "dimensions": 16}, {"input": "x", "dimensions": 16}),
    ("user", {"input": "x", "user": "u"}, {"input": "x", "user": "u"}),
    (
        "truncate_prompt_tokens",
        {"input": "x", "truncate_prompt_tokens": -1},
        {"input": "x", "truncate_prompt_tokens": -1},
    ),
    ("add_special_tokens", {"input": "x", "add_special_tokens": False}, {"input": "x", "add_special_tokens": False}),
    ("chat_template", {"messages": HI, "chat_template": None}, {"messages": HI}),
    (
        "chat_template_kwargs",
        {"messages": HI, "chat_template_kwargs": {"a": 1}},
        {"messages": HI, "chat_template_kwargs": {"a": 1}},
    ),
    ("mm_processor_kwargs", {"messages": HI, "mm_processor_kwargs": None}, {"messages": HI}),
    ("priority", {"input": "x", "priority": 0}, {"input": "x"}),
    ("(unknown)", {"input": "x", "additional_data": "d", "normalize": False, "embed_dtype": "float16"}, {"input": "x"}),
]


def name(value: Any) -> str | None:
    return value if isinstance(value, str) else str(value)[:40]


async def chat(front: Front, members: dict[str, Any]) -> Reply:
    return await ask(front, "POST", scripted_engine.CHAT, {**MINIMAL, **members})


@pytest.mark.parametrize(("member", "sent", "arrives"), ARRIVES, ids=name)
async def test_a_chat_request_arrives_as_vllm_understands_it(
    member: str, sent: dict[str, Any], arrives: dict[str, Any], front: Front, engine: ScriptedEngine
) -> None:
    expected = {**ALWAYS, **({"messages": sent["messages"]} if member == "messages" else {}), **arrives}
    reply = await chat(front, sent)
    assert reply.status == 200, reply.body
    assert engine.body == expected


@pytest.mark.parametrize(("member", "sent", "loc"), REFUSED, ids=name)
async def test_what_vllm_would_ignore_or_must_not_get_is_refused(
    member: str, sent: dict[str, Any], loc: list[str | int], front: Front, engine: ScriptedEngine
) -> None:
    engine.asked.clear()
    reply = await chat(front, sent)
    assert reply.status == 422
    assert reply.json["detail"][0]["loc"] == ["body", *loc]
    assert engine.asked == []


@pytest.mark.parametrize(("member", "sent", "arrives"), EMBEDS, ids=name)
async def test_an_embeddings_request_arrives_as_vllm_understands_it(
    member: str, sent: dict[str, Any], arrives: dict[str, Any], front: Front, embedder: ScriptedEngine
) -> None:
    reply = await ask(front, "POST", scripted_engine.EMBEDDINGS, sent)
    assert reply.status == 200, reply.body
    assert embedder.body == {"model": "tiny-embed", **arrives}


@pytest.mark.parametrize("form", ["bytes", "int8", None])
async def test_the_encodings_of_an_embedding_are_the_contract_s(form: str | None, front: Front) -> None:
    reply = await ask(front, "POST", scripted_engine.EMBEDDINGS, {"input": "x", "encoding_format": form})
    assert reply.status == 422


OF_OTHERS = {"reasoning", "reasoning_effort"}
"""Members that the first contract has not: their cases are in `tests/reference/test_other_contracts.py`."""


def test_every_member_of_a_chat_request_has_its_row_and_its_cases(contract: Contract) -> None:
    assert set(CHAT) == properties(contract, "chat") | OF_OTHERS
    assert set(CHAT) - OF_OTHERS == {member for member, *_ in ARRIVES if member != "(unknown)"}


def test_every_member_of_an_embeddings_request_has_its_row_and_its_case(contract: Contract) -> None:
    assert set(EMBEDDINGS) == properties(contract, "embeddings")
    assert set(EMBEDDINGS) == {member for member, *_ in EMBEDS if member != "(unknown)"}


def test_a_row_that_does_more_than_pass_says_why() -> None:
    assert all(row.why for row in (*CHAT.values(), *EMBEDDINGS.values()) if row.fate != "passed")


def properties(contract: Contract, role: str) -> set[str]:
    """The members of a request, of all its forms."""
    schema = contract.operation(role).request_schema
    assert schema is not None
    node = contract.at(pointers.follow(contract.corrected, schema))
    forms = [contract.at(one["$ref"].removeprefix("#")) for one in node.get("anyOf", node.get("oneOf", []))] or [node]
    return {member for form in forms for member in form["properties"]}
