"""llama.cpp's server, as `xllamacpp` brings it."""

from __future__ import annotations

from tests.foreign.reasons.reason import BESIDE_CHAT, Reason

LLAMA_CPP = (
    Reason(
        "Operations that it does not have",
        "404: it has OpenAI's paths and its own. Embeddings are answered 501, since the process was started "
        "without; `GET /status`, which is none of its paths, asks for a key like any other.",
        BESIDE_CHAT,
    ),
    Reason(
        "Most members are not validated",
        "A value of another type, out of bounds or without sense is used as it is or left alone: a negative seed, a "
        "temperature below zero, a null `content`, a schema without a name, an unknown tool. No message at all is "
        "answered, too, and any model's name will do.",
        (
            "chat.request.seed.bounds",
            "chat.request.messages.empty",
            "chat.messages.content.null",
            "errors.invalid.refused",
            "errors.invalid.coerced",
            "errors.model.unknown",
            "chat.reply.model.asked",
            "sampling.domain",
            "sampling.cache-salt.empty",
            "sampling.logits-processors.invalid",
            "stream.options.alone",
            "structured-output.schema.missing",
            "structured-output.exclusive",
            "structured-output.invalid.refused",
            "tools.choice.without-tools",
            "tools.choice.unknown",
            "tools.invalid.refused",
        ),
    ),
    Reason(
        "500 for messages and tools that it cannot read",
        "A message without a role, a part without its text, a name that is an object, a picture, a custom tool, and "
        "a tool without its `type`, which the document does not ask for: the parser's exception is the answer.",
        (
            "chat.messages.role.required",
            "chat.messages.parts.invalid",
            "chat.messages.parts.media",
            "chat.messages.tool-calls.invalid",
            "chat.messages.names.invalid",
            "chat.messages.members",
            "chat.conversation.valid",
            "errors.no-crash",
            "tools.accepted",
        ),
    ),
    Reason(
        "400 for 422",
        "What it refuses is answered 400 with OpenAI's error.",
        (
            "errors.invalid.status",
            "stream.invalid",
        ),
    ),
    Reason(
        "A 401 without a challenge, and `bearer` unknown",
        "It asks for its key, but not for a `Bearer`, and compares the scheme by case.",
        (
            "auth.challenge",
            "auth.scheme.case",
        ),
    ),
    Reason(
        "Members of vLLM's are ignored",
        "`guided_*`, `bad_words`, `truncate_prompt_tokens`, `request_id`, `prompt_logprobs`, "
        "`return_tokens_as_token_ids`, `include_stop_str_in_output` and `continuous_usage_stats` are answered 200 as "
        "if they had not been there.",
        (
            "logprobs.token-ids",
            "logprobs.prompt.sent",
            "sampling.stop.included",
            "sampling.request-id",
            "sampling.truncate",
            "sampling.bad-words",
            "stream.usage.continuous",
            "structured-output.guided-json",
            "structured-output.guided-choice",
            "structured-output.guided-regex",
            "structured-output.guided-grammar",
            "structured-output.whitespace",
            "structured-output.streamed",
        ),
        ("structured-output.structural-tag",),
    ),
    Reason(
        "A tool by its name is not called",
        "`tool_choice` with the name of a function is read as `auto`.",
        ("tools.named", "tools.stream.call"),
    ),
    Reason(
        "Other defaults",
        "Twenty alternatives come where none were asked for, `stream_options: {}` asks for no usage, and an answer "
        "that goes on with the last message has that message before it.",
        (
            "logprobs.top.count",
            "stream.usage.default",
            "sampling.continue",
        ),
    ),
    Reason(
        "Log probabilities of characters, and none without alternatives",
        "Tokens that make one character together have one entry, and `top_logprobs: 0` leaves them all out.",
        ("logprobs.content", "logprobs.tokens.count"),
    ),
    Reason(
        "A usage for each choice of a stream",
        "With `n` choices `n` chunks have it.",
        ("stream.usage.once",),
    ),
    Reason(
        "Each chunk is dated anew",
        "`created` moves where a second turns during a stream.",
        (),
        ("stream.constant",),
    ),
)
