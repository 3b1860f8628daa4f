"""Which capability a member of a request rests on: what a target does not claim, it is not asked for."""

from __future__ import annotations

from collections.abc import Mapping

from inferproof.generated.baselines import BODY, STREAMED
from inferproof.judge.capabilities import OF_ROLE, not_claimed

_TALK: Mapping[str, str] = {
    **dict.fromkeys(("tools", "tool_choice", "parallel_tool_calls"), "tools"),
    **dict.fromkeys(("logprobs", "top_logprobs"), "logprobs"),
    "return_tokens_as_token_ids": "logprobs.token-ids",
    "prompt_logprobs": "logprobs.prompt",
    "stream": "streaming",
    "stream_options": "streaming.usage",
    "response_format": "structured-output",
    "guided_json": "structured-output.guided-json",
    "guided_regex": "structured-output.guided-regex",
    "guided_choice": "structured-output.guided-choice",
    "guided_grammar": "structured-output.guided-grammar",
    "guided_whitespace_pattern": "structured-output.whitespace",
    "guided_decoding_backend": "structured-output",
    "structural_tag": "structured-output.structural-tag",
    "n": "sampling.n",
    "best_of": "sampling.n",
    "seed": "sampling.seed",
    "stop": "sampling.stop",
    "min_tokens": "sampling.length",
    "ignore_eos": "sampling.length",
    "bad_words": "sampling.bad-words",
    "logit_bias": "sampling.tokens",
    "allowed_token_ids": "sampling.tokens",
    "echo": "sampling.echo",
    "continue_final_message": "sampling.continue",
    **dict.fromkeys(
        (
            *("frequency_penalty", "presence_penalty", "repetition_penalty", "length_penalty", "top_k", "min_p"),
            *("use_beam_search", "stop_token_ids", "include_stop_str_in_output", "skip_special_tokens"),
            *("spaces_between_special_tokens", "truncate_prompt_tokens", "add_generation_prompt", "add_special_tokens"),
        ),
        "sampling",
    ),
}

_EMBEDDINGS: Mapping[str, str] = {
    "dimensions": "embeddings.dimensions",
    **dict.fromkeys(
        ("messages", "chat_template", "chat_template_kwargs", "mm_processor_kwargs"), "embeddings.messages"
    ),
}

_OF_MEMBER: Mapping[str, Mapping[str, str]] = {
    "chat": _TALK,
    "chat.openai-path": _TALK,
    "attributes": _TALK,
    "embeddings": _EMBEDDINGS,
    "chat.legacy": {"tools": "legacy.tools", "response_format": "structured-output"},
    "chat.legacy.stream": {"tools": "legacy.tools", "response_format": "structured-output"},
}

_NEVER_STREAMED = frozenset({BODY, "stream", "stream_options", "prompt_logprobs"})
"""Members that say themselves whether there is a stream, or that have no place in one."""

_STREAMED: Mapping[str, str] = {
    "n": "streaming.choices",
    "tools": "tools.streamed",
    "logprobs": "logprobs.streamed",
    "structured-output": "structured-output.streamed",
}


def claim(role: str, name: str) -> str:
    """The capability that the member rests on, or that of the operation."""
    return _OF_MEMBER.get(role, {}).get(name) or OF_ROLE.get(role, "core")


def is_claimed(role: str, name: str, declined: Mapping[str, str]) -> bool:
    """The target offers the operation and what the member rests on."""
    needed = (OF_ROLE.get(role, "core"), claim(role, name))
    return all(not_claimed(capability, declined) is None for capability in needed)


def is_streamed(role: str, name: str, declined: Mapping[str, str]) -> bool:
    """The target may be asked for the member in a stream, and the answer is then the same in another form."""
    if role not in STREAMED or name in _NEVER_STREAMED:
        return False
    capability = _STREAMED.get(name) or _STREAMED.get(claim(role, name).partition(".")[0], "streaming")
    return not_claimed(capability, declined) is None
