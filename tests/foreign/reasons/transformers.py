"""`transformers serve`."""

from __future__ import annotations

from tests.foreign.reasons.reason import BESIDE_CHAT, NO_KEYS, Reason

TRANSFORMERS = (
    Reason(
        "Operations that it does not have",
        "404: it offers OpenAI's chat, completions, responses and transcriptions. One process serves one model, and "
        "none for embeddings.",
        BESIDE_CHAT,
    ),
    NO_KEYS,
    Reason(
        "Members that it does not know are refused",
        "It takes OpenAI's members and four of its own. Any other is answered 422, those that this document adds "
        "among them, and even one that the document leaves open (`additionalProperties` is true).",
        (
            "chat.request.extra-members",
            "sampling.accepted",
            "sampling.continue",
            "sampling.priority.zero",
            "sampling.timeout",
            "structured-output.guided-json",
            "structured-output.guided-choice",
            "structured-output.guided-regex",
            "structured-output.guided-grammar",
            "structured-output.structural-tag",
            "structured-output.whitespace",
        ),
    ),
    Reason(
        "Members that it ignores",
        "`logprobs`, `max_completion_tokens`, `n`, `response_format`, `stream_options` and `tool_choice` are known, "
        "noted in its log as unsupported, and answered 200 as if they had not been there.",
        (
            "chat.reply.choices",
            "chat.request.max-completion-tokens.cap",
            "logprobs.content",
            "logprobs.top.alone",
            "sampling.n",
            "stream.choices",
            "stream.options.alone",
            "stream.usage.continuous",
            "structured-output.json-object",
            "structured-output.json-schema",
            "structured-output.schema.missing",
            "structured-output.invalid.refused",
            "tools.required",
            "tools.named",
            "tools.choice.without-tools",
            "tools.choice.unknown",
            "tools.stream.call",
        ),
    ),
    Reason(
        "Values are not validated",
        "Only the names of members are looked at. A value of another type or out of bounds is used as it is, which "
        "ends in 200 or in 500: a message without a role, a part without its text, a call without arguments.",
        (
            "chat.messages.role.required",
            "chat.messages.content.type",
            "chat.messages.content.null",
            "chat.messages.parts.invalid",
            "chat.messages.parts.media",
            "chat.messages.tool-calls.invalid",
            "chat.messages.names.invalid",
            "chat.request.messages.empty",
            "chat.request.seed.bounds",
            "errors.invalid.refused",
            "errors.invalid.coerced",
            "errors.malformed.refused",
            "errors.no-crash",
            "sampling.domain",
            "stream.invalid",
            "tools.invalid.refused",
        ),
    ),
    Reason(
        "Errors in FastAPI's words",
        "`detail` is a text, in a 422 too, where the document has a list; other errors have no `error`. A model that "
        "is an object is answered 400.",
        ("errors.body.shape", "errors.invalid.body", "errors.invalid.detail", "errors.invalid.status"),
    ),
    Reason(
        "A stop string is left in the text",
        "The text ends with the `stop` string, not before it.",
        ("sampling.stop", "sampling.stop.prefix"),
    ),
    Reason(
        "Streams end without `[DONE]`",
        "The last chunk has the finish reason and the usage, asked for or not, and nothing follows it. Each chunk is "
        "dated anew, so that `created` moves where a second turns during a stream.",
        ("stream.done", "stream.usage.last", "stream.usage.unasked"),
        ("stream.constant",),
    ),
)
