"""What a server may decline to offer: the closed list of profiles and, inside them, capabilities.

A capability is named `profile` or `profile.detail`. A target that does not claim one says why in its target file; what
rests on it is then `not applicable`, with that reason. Not claiming a profile covers everything inside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from inferproof.document import Contract
from inferproof.document.credentials import Credential

CORE = "core"
"""The profile without which nothing is left to certify."""

AUTH = "auth"
"""The profile of the headers that a key may travel in."""

CAPABILITIES: Mapping[str, str] = {
    "core": "status, credentials, errors, and chat completions in one JSON reply",
    "core.openai-path": "the chat operation at the path that OpenAI clients are pointed at",
    "core.context-follows": "a longer conversation is counted in the prompt",
    "streaming": "chat completions as server-sent events",
    "streaming.usage": "`stream_options.include_usage` and the usage chunk",
    "streaming.continuous-usage": "`stream_options.continuous_usage_stats`, a usage with every chunk",
    "streaming.choices": "`n` choices in one stream",
    "streaming.incremental": "events leave the server as they are made, not in one piece at the end",
    "tools": "function tools in chat completions",
    "tools.auto": "the model may call a tool of its own accord when `tool_choice` leaves it free",
    "tools.required": "`tool_choice: required` makes it call at least one",
    "tools.named": "`tool_choice` with a name makes it call that one",
    "tools.streamed": "calls in streams",
    "structured-output": "output that obeys a constraint of the request",
    "structured-output.json-object": "`response_format: json_object`",
    "structured-output.json-schema": "`response_format: json_schema`",
    "structured-output.guided-json": "`guided_json`",
    "structured-output.guided-choice": "`guided_choice`",
    "structured-output.guided-regex": "`guided_regex`",
    "structured-output.guided-grammar": "`guided_grammar`",
    "structured-output.structural-tag": "`structural_tag`",
    "structured-output.whitespace": "`guided_whitespace_pattern`",
    "structured-output.streamed": "constraints in streams",
    "logprobs": "`logprobs` and `top_logprobs`",
    "logprobs.token-ids": "`return_tokens_as_token_ids`",
    "logprobs.prompt": "`prompt_logprobs`",
    "logprobs.streamed": "logprobs in streams",
    "sampling": "the members that steer sampling: `n`, `stop`, `seed` and the others",
    "sampling.seed": "one seed repeats its answer",
    "sampling.stop": "`stop` ends the text",
    "sampling.n": "`n` choices",
    "sampling.length": "`min_tokens` and `ignore_eos` make an answer longer",
    "sampling.bad-words": "`bad_words`",
    "sampling.tokens": "`logit_bias` and `allowed_token_ids` steer single tokens",
    "sampling.echo": "`echo` repeats the last message",
    "sampling.continue": "`continue_final_message` goes on with the last message",
    "engine": "members of chat requests that engines have beside OpenAI's: `top_k`, templates, priorities and others",
    "engine.stop": "`include_stop_str_in_output` leaves the stop string in the text",
    "engine.best-of": "`best_of` choices of which the best are returned",
    "engine.embeddings": "members of embedding requests that engines have beside OpenAI's",
    "reasoning": "a model that reasons before it answers, as much as the request says",
    "reasoning.streamed": "what it reasons, in streams",
    "embeddings": "vectors for texts",
    "embeddings.token-ids": "embedding input given as token ids",
    "embeddings.messages": "embedding input given as messages",
    "embeddings.dimensions": "`dimensions` shortens the vector",
    "attributes": "scores for the last assistant message",
    "discovery": "the list of configs, or of models",
    "discovery.embedding": "the list of the models that make embeddings",
    "legacy": "the native inference operation and its stream",
    "legacy.tools": "tools in the native operations",
    "legacy.as-chat": "the native operations show the model what chat shows it, without a prompt of their own",
    "auth": "every header that the document names for a key, beside the one that the run uses",
    "keys": "keys of other kinds than the run's, of which the user gives one each",
    "keys.revoked": "a key that is valid no longer is refused",
    "keys.restricted": "a key may be kept from models",
    "keys.exhausted": "a key without credit is refused",
}

RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "discovery.embedding": ("embeddings",),
    "streaming.continuous-usage": ("streaming.usage", "engine"),
    "streaming.choices": ("sampling.n",),
    "tools.streamed": ("tools.required", "streaming"),
    "structured-output.guided-json": ("engine",),
    "structured-output.guided-choice": ("engine",),
    "structured-output.guided-regex": ("engine",),
    "structured-output.guided-grammar": ("engine",),
    "structured-output.structural-tag": ("engine",),
    "structured-output.whitespace": ("structured-output.guided-json",),
    "structured-output.streamed": ("streaming",),
    "logprobs.token-ids": ("engine",),
    "logprobs.prompt": ("engine",),
    "logprobs.streamed": ("streaming",),
    "reasoning.streamed": ("streaming",),
    "sampling.length": ("engine",),
    "sampling.bad-words": ("logprobs", "engine"),
    "sampling.tokens": ("logprobs.token-ids",),
    "sampling.echo": ("engine",),
    "sampling.continue": ("engine",),
    "engine.stop": ("sampling.stop",),
    "engine.best-of": ("sampling.n",),
    "engine.embeddings": ("embeddings",),
    "embeddings.messages": ("engine.embeddings",),
}
"""What a capability takes besides its own profile: without that, it is not claimed either."""

STREAMED: Mapping[str, str] = {
    "tools": "tools.streamed",
    "logprobs": "logprobs.streamed",
    "structured-output": "structured-output.streamed",
    "reasoning": "reasoning.streamed",
}
"""What a member rests on in a stream, by the profile of what it rests on otherwise; the others on `streaming`."""

OF_ROLE: Mapping[str, str] = {
    "chat.openai-path": "core.openai-path",
    "attributes": "attributes",
    "embeddings": "embeddings",
    "configs": "discovery",
    "models": "discovery",
    "models.embedding": "discovery.embedding",
    "chat.legacy": "legacy",
    "chat.legacy.stream": "legacy",
}
"""The capability without which there is no operation of that role; the other roles are the core."""


def known(contract: Contract) -> Mapping[str, str]:
    """Every capability that a server may decline under this contract: ours, and those that the contract names."""
    return {**CAPABILITIES, **own(contract)}


def own(contract: Contract) -> Mapping[str, str]:
    """The capabilities of this contract: those that it names, and each header of a key where there are several."""
    ways = contract.ways
    named = {of_way(each): f"a key in the header `{each.header}`" for each in ways} if len(ways) > 1 else {}
    return {**named, **contract.facts.capabilities}


def of_way(credential: Credential) -> str:
    """`auth.token`: what a server declines that takes no key in this header."""
    return f"{AUTH}.{credential.kind}"


def profile_of(capability: str) -> str:
    """`tools` of `tools.named`."""
    return capability.partition(".")[0]


def not_claimed(capability: str, declined: Mapping[str, str]) -> str | None:
    """Why the target does not claim `capability`, or None where it does. `declined` maps capability to reason."""
    for name in (capability, profile_of(capability)):
        if name in declined:
            return declined[name]
    reasons = (not_claimed(other, declined) for other in RESTS_ON.get(capability, ()))
    return next((reason for reason in reasons if reason is not None), None)
