"""xpyd-sim, a simulator of engines that prefill and decode apart."""

from __future__ import annotations

from tests.foreign.reasons.reason import Reason

XPYD_SIM = (
    Reason(
        "Operations that it does not have",
        "404: it has OpenAI's chat, completions, embeddings and models.",
        (
            "chat.openai-path.offered",
            "attributes.offered",
            "discovery.offered",
            "legacy.offered",
            "legacy.stream.offered",
            "status.open",
        ),
    ),
    Reason(
        "Bodies are hardly validated",
        "Pydantic reads the members' types, and little of what messages, tools and constraints are made of. Any "
        "model's name will do.",
        (
            "chat.request.seed.bounds",
            "chat.request.templates.exclusive",
            "chat.request.messages.empty",
            "chat.messages.content.type",
            "chat.messages.content.null",
            "chat.messages.parts.invalid",
            "chat.messages.tool-calls.invalid",
            "chat.messages.names.invalid",
            "embeddings.request.messages.invalid",
            "embeddings.request.input",
            "embeddings.request.encoding-format",
            "embeddings.request.truncate",
            "embeddings.request.empty",
            "errors.invalid.refused",
            "errors.invalid.coerced",
            "errors.model.unknown",
            "chat.reply.model.asked",
            "embeddings.reply.model.asked",
            "logprobs.top.alone",
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
        "400 for 422",
        "What it refuses is answered 400 with OpenAI's error.",
        (
            "errors.invalid.status",
            "stream.invalid",
        ),
    ),
    Reason(
        "500 for a body that is no object",
        "A list or a text as the body of an embedding request ends in an error of its own, in plain text.",
        (
            "errors.no-crash",
            "errors.body.shape",
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
        "The length of an answer is drawn by lot",
        "The same sentence is said again and again, and where it ends is random: for the same seed too, before "
        "`min_tokens`, and at temperature 0.",
        (),
        (
            "sampling.seed",
            "sampling.defaults",
            "sampling.min-tokens",
            "sampling.bad-words",
            "sampling.stop.prefix",
            "sampling.stop.included",
            "stream.hang-up.text",
            "stream.equal.content",
            "stream.equal.finish-reason",
            "logprobs.stream.equal",
        ),
    ),
    Reason(
        "Members without an effect",
        "`guided_*`, `echo`, `truncate_prompt_tokens`, `request_id`, `prompt_logprobs`, `return_tokens_as_token_ids` "
        "and `continuous_usage_stats` are answered 200 as if they had not been there.",
        (
            "embeddings.usage.truncated",
            "logprobs.token-ids",
            "logprobs.prompt.sent",
            "sampling.echo",
            "sampling.request-id",
            "sampling.truncate",
            "stream.usage.continuous",
            "structured-output.guided-json",
            "structured-output.guided-choice",
            "structured-output.guided-regex",
            "structured-output.guided-grammar",
            "structured-output.structural-tag",
            "structured-output.whitespace",
            "structured-output.streamed",
        ),
    ),
    Reason(
        "Tokens are words, or spaces, or letters",
        "A prompt's tokens are its words, without the tools; log probabilities count the spaces too, a call its "
        "letters, whatever the cap. Five alternatives come where none were asked for.",
        (
            "chat.request.max-tokens.cap",
            "stream.usage.cap",
            "logprobs.top.count",
            "logprobs.tokens.count",
            "tools.prompt",
        ),
    ),
    Reason(
        "Streams without log probabilities",
        "`logprobs: true` alone brings them in a whole answer, and not in a stream.",
        ("logprobs.content",),
    ),
    Reason(
        "Null for what may only be left out",
        "`tool_calls: null` in a message and in a delta, where the schema has a list.",
        (
            "chat.reply.schema",
            "chat.reply.corrected",
            "stream.event.schema",
            "stream.event.corrected",
        ),
    ),
    Reason(
        "`stream_options: {}` asks for no usage",
        "The document's default is true.",
        ("stream.usage.default",),
    ),
    Reason(
        "Embeddings are random",
        "Each vector is drawn anew, has 1536 numbers whatever was asked for, and three token ids are read as three "
        "texts.",
        (
            "embeddings.reply.count",
            "embeddings.encoding.same",
            "embeddings.repeated",
            "embeddings.dimensions",
        ),
        ("embeddings.order",),
    ),
)
