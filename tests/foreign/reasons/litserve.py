"""LitServe's `OpenAISpec`, over a model that says one sentence."""

from __future__ import annotations

from tests.foreign.reasons.reason import BESIDE_CHAT, NO_KEYS, Reason

LITSERVE = (
    Reason(
        "Operations that it does not have",
        "404: its specification has OpenAI's chat, and no more.",
        BESIDE_CHAT,
    ),
    NO_KEYS,
    Reason(
        "Members that it does not know pass unread",
        "Pydantic validates OpenAI's older members, loosely (text is a number, `NaN` is one, too), and leaves "
        "the rest alone, whatever the value.",
        (
            "chat.request.seed.bounds",
            "chat.request.templates.exclusive",
            "chat.request.messages.empty",
            "chat.messages.content.null",
            "chat.messages.tool-calls.invalid",
            "errors.invalid.refused",
            "errors.invalid.coerced",
            "errors.malformed.refused",
            "errors.model.unknown",
            "logprobs.top.alone",
            "sampling.domain",
            "sampling.cache-salt.empty",
            "sampling.logits-processors.invalid",
            "stream.options.alone",
            "structured-output.schema.missing",
            "structured-output.exclusive",
            "structured-output.invalid.refused",
        ),
    ),
    Reason(
        "Tools have to be described",
        "A function without a description and parameters is refused, and so is a call of a custom tool in the "
        "history. The document has both.",
        (
            "chat.messages.members",
            "chat.conversation.valid",
            "tools.accepted",
        ),
    ),
    Reason(
        "500 for no choice",
        "`n: 0` ends in an error of its own.",
        ("errors.no-crash",),
    ),
    Reason(
        "Members without an effect",
        "The specification hands them to the model, and does nothing itself: the sentence comes past any `stop`, cap "
        "and constraint.",
        (
            "logprobs.content",
            "logprobs.prompt.sent",
            "sampling.echo",
            "sampling.stop",
            "sampling.stop.prefix",
            "sampling.stop.included",
            "sampling.request-id",
            "chat.request.max-tokens.cap",
            "structured-output.beside-tools",
            "structured-output.json-object",
            "structured-output.json-schema",
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
        "Nothing is counted",
        "`usage` is there and all zeros, in every stream too, asked for or not, and on the chunk with the finish "
        "reason.",
        (
            "chat.usage.prompt.positive",
            "chat.usage.prompt.grows",
            "chat.usage.counted",
            "chat.conversation.late-system",
            "chat.conversation.results",
            "tools.prompt",
            "sampling.min-tokens",
            "sampling.ignore-eos",
            "security.long-prompt",
            "stream.usage.last",
            "stream.usage.unasked",
            "stream.usage.continuous",
        ),
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
        "Each chunk has an id of its own",
        "`id` is drawn anew for each chunk of a stream.",
        ("stream.constant",),
    ),
)
