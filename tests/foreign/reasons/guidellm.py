"""guidellm's mock server."""

from __future__ import annotations

from tests.foreign.reasons.reason import BESIDE_CHAT, NO_KEYS, Reason

GUIDELLM = (
    Reason(
        "Operations that it does not have",
        "404: it has OpenAI's chat, completions and responses.",
        BESIDE_CHAT,
    ),
    NO_KEYS,
    Reason(
        "Bodies are hardly validated",
        "Pydantic reads OpenAI's members, loosely, and leaves others alone. Any model's name will do.",
        (
            "chat.request.seed.bounds",
            "chat.request.templates.exclusive",
            "chat.request.messages.empty",
            "chat.messages.content.null",
            "chat.messages.parts.invalid",
            "chat.messages.tool-calls.invalid",
            "chat.messages.names.invalid",
            "errors.invalid.refused",
            "errors.invalid.coerced",
            "errors.model.unknown",
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
        "500 for what is no JSON",
        "A body that is cut, of another media type, not UTF-8 or nested deep, and a method that the path does not "
        "have, end in an error of its own.",
        (
            "errors.malformed.refused",
            "errors.media-type.refused",
            "errors.method.unknown",
            "errors.no-crash",
            "security.nesting",
        ),
    ),
    Reason(
        "Words without a model",
        "The words of a generator come in the number asked for, one answer where `n` were wanted, past a `stop`, "
        "free of any constraint, and without log probabilities. They always end with `stop`.",
        (
            "chat.reply.choices",
            "logprobs.content",
            "logprobs.prompt.sent",
            "sampling.n",
            "sampling.echo",
            "sampling.stop",
            "sampling.stop.prefix",
            "sampling.stop.included",
            "sampling.ignore-eos",
            "sampling.request-id",
            "sampling.truncate",
            "stream.choices",
            "structured-output.json-object",
            "structured-output.beside-tools",
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
        "Calls are empty",
        "A call is made where it is required, with `{}` for its arguments, and none where a function is named. Tools "
        "count nothing in the prompt.",
        (
            "tools.named",
            "tools.stream.call",
            "tools.call.parameters",
            "tools.prompt",
        ),
    ),
    Reason(
        "Null for what may only be left out",
        "`tool_calls: null` in a message, where the schema has a list.",
        (
            "chat.reply.schema",
            "chat.reply.corrected",
        ),
    ),
    Reason(
        "Streams in another way",
        "No delta has a role, `stream_options: {}` asks for no usage, and a usage comes once. Each chunk is dated "
        "anew, so that `created` moves where a second turns during a stream.",
        (
            "stream.role",
            "stream.usage.default",
            "stream.usage.continuous",
        ),
        ("stream.constant",),
    ),
)
