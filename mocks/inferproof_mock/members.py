"""What the simulated model does with every member of a request: it obeys it, it may leave it alone, or it refuses it.

Nothing is ignored in silence. A member that is neither obeyed nor refused has a reason why it cannot show in a reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from inferproof.front.backend import INVALID, Refusal


@dataclass(frozen=True)
class Member:
    """`quiet` are the values of a refused member that ask for nothing."""

    does: Literal["obeyed", "no effect", "refused"]
    why: str = ""
    quiet: tuple[Any, ...] = (None,)


_OBEYED = Member("obeyed")


def _no_effect(why: str) -> Member:
    return Member("no effect", why)


def _refused(why: str, *quiet: Any) -> Member:
    return Member("refused", why, (None, *quiet))


_USER = _no_effect("it names an end user for abuse reports; nothing of it belongs in a reply")
_PRIORITY = _refused("the mock has no priority scheduling: leave `priority` out or send 0", 0)
_TEMPLATE = _refused("a chat template sent with a request is never run: leave `chat_template` out")
_TEMPLATE_ARGUMENTS = _no_effect("the mock's own template reads no arguments")
_MEDIA_ARGUMENTS = _no_effect("the mock looks at no media, so no media processor runs")

CHAT: Mapping[str, Member] = {
    "messages": _OBEYED,
    "model": _OBEYED,
    "frequency_penalty": _OBEYED,
    "logit_bias": _OBEYED,
    "logprobs": _OBEYED,
    "top_logprobs": _OBEYED,
    "max_tokens": _OBEYED,
    "max_completion_tokens": _OBEYED,
    "n": _OBEYED,
    "presence_penalty": _OBEYED,
    "response_format": _OBEYED,
    "seed": _OBEYED,
    "stop": _OBEYED,
    "stream": _OBEYED,
    "stream_options": _OBEYED,
    "temperature": _OBEYED,
    "top_p": _OBEYED,
    "tools": _OBEYED,
    "tool_choice": _OBEYED,
    "parallel_tool_calls": _OBEYED,
    "user": _USER,
    "best_of": _OBEYED,
    "use_beam_search": _refused("the mock samples and does not search: leave `use_beam_search` out", False),
    "top_k": _OBEYED,
    "min_p": _OBEYED,
    "repetition_penalty": _OBEYED,
    "length_penalty": _no_effect("it weighs beams, and beam search is refused"),
    "stop_token_ids": _OBEYED,
    "include_stop_str_in_output": _OBEYED,
    "ignore_eos": _OBEYED,
    "min_tokens": _OBEYED,
    "skip_special_tokens": _OBEYED,
    "spaces_between_special_tokens": _OBEYED,
    "truncate_prompt_tokens": _OBEYED,
    "prompt_logprobs": _OBEYED,
    "allowed_token_ids": _OBEYED,
    "bad_words": _OBEYED,
    "echo": _OBEYED,
    "add_generation_prompt": _OBEYED,
    "continue_final_message": _OBEYED,
    "add_special_tokens": _OBEYED,
    "documents": _no_effect("the mock's template does not support retrieval, and then documents have no effect"),
    "chat_template": _TEMPLATE,
    "chat_template_kwargs": _TEMPLATE_ARGUMENTS,
    "mm_processor_kwargs": _MEDIA_ARGUMENTS,
    "guided_json": _OBEYED,
    "guided_regex": _OBEYED,
    "guided_choice": _OBEYED,
    "guided_grammar": _OBEYED,
    "structural_tag": _OBEYED,
    "guided_decoding_backend": _no_effect("one decoder serves every constraint, and the reply obeys it either way"),
    "guided_whitespace_pattern": _OBEYED,
    "guided_meta": _no_effect("it is for a decoding backend of the vendor's own, and no such backend runs here"),
    "priority": _PRIORITY,
    "request_id": _OBEYED,
    "logits_processors": _refused("code named by a request is never loaded: leave `logits_processors` out", []),
    "return_tokens_as_token_ids": _OBEYED,
    "cache_salt": _no_effect("the mock keeps no prefix cache"),
    "kv_transfer_params": _refused("the mock serves no disaggregated prefill: leave `kv_transfer_params` out", {}),
    "vllm_xargs": _no_effect("it is for extensions of an engine, and none is loaded"),
    "reasoning": _OBEYED,
    "reasoning_effort": _OBEYED,
    "timeout_sec": Member("obeyed", "the front ends the call when the time is over"),
}

EMBEDDINGS: Mapping[str, Member] = {
    "model": _OBEYED,
    "input": _OBEYED,
    "messages": _OBEYED,
    "encoding_format": _OBEYED,
    "dimensions": _OBEYED,
    "user": _USER,
    "truncate_prompt_tokens": _OBEYED,
    "additional_data": _no_effect("no embedding model here takes additional data"),
    "add_special_tokens": _OBEYED,
    "chat_template": _TEMPLATE,
    "chat_template_kwargs": _TEMPLATE_ARGUMENTS,
    "mm_processor_kwargs": _MEDIA_ARGUMENTS,
    "priority": _PRIORITY,
}


def refuse_unsupported(body: Mapping[str, Any], members: Mapping[str, Member]) -> None:
    """Raises a 422 Refusal for the first member that asks for what the mock does not do."""
    for name, member in members.items():
        if member.does == "refused" and name in body and body[name] not in member.quiet:
            raise Refusal(INVALID, member.why, loc=("body", name), code="unsupported_parameter")
