"""`@copilotkit/aimock`."""

from __future__ import annotations

from tests.foreign.reasons.reason import NO_KEYS, Reason

AIMOCK = (
    Reason(
        "Operations that it does not have",
        "404: it promises OpenAI's paths, and takes what ends like one of them for it.",
        ("attributes.offered", "discovery.offered", "legacy.offered", "legacy.stream.offered", "status.open"),
    ),
    NO_KEYS,
    Reason(
        "Bodies are hardly validated",
        "What the schema forbids is answered 200 as a rule, and a few members 400 where the document says 422.",
        (
            "errors.invalid.refused",
            "errors.invalid.status",
            "errors.invalid.coerced",
            "chat.request.seed.bounds",
            "chat.request.templates.exclusive",
            "chat.messages.content.null",
            "chat.messages.tool-calls.invalid",
            "chat.messages.names.invalid",
            "embeddings.request.input",
            "embeddings.request.encoding-format",
            "embeddings.request.truncate",
            "embeddings.request.empty",
            "logprobs.top.alone",
            "sampling.domain",
            "sampling.cache-salt.empty",
            "sampling.logits-processors.invalid",
            "stream.invalid",
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
        "500 for a body nested deep",
        "Lists in lists, twenty thousand deep, end in an error of its own.",
        ("errors.no-crash", "security.nesting"),
    ),
    Reason(
        "A fixture is played whatever was asked",
        "The words of the fixture come in full: longer or shorter than allowed, past a `stop`, once where `n` were "
        "asked for, without a call that was required, and free of any constraint. Any model's name will do.",
        (
            "chat.reply.choices",
            "chat.request.max-tokens.cap",
            "chat.request.max-completion-tokens.cap",
            "errors.model.unknown",
            "sampling.n",
            "sampling.echo",
            "sampling.stop",
            "sampling.stop.prefix",
            "sampling.stop.included",
            "sampling.min-tokens",
            "sampling.ignore-eos",
            "sampling.request-id",
            "sampling.truncate",
            "stream.choices",
            "structured-output.json-object",
            "structured-output.json-schema",
            "structured-output.guided-json",
            "structured-output.guided-choice",
            "structured-output.guided-regex",
            "structured-output.guided-grammar",
            "structured-output.structural-tag",
            "structured-output.whitespace",
            "structured-output.streamed",
            "tools.required",
            "tools.named",
            "tools.stream.call",
        ),
    ),
    Reason(
        "Log probabilities are left out",
        "`logprobs` is null where it was asked for, and `prompt_logprobs` is not there.",
        ("logprobs.content", "logprobs.prompt.sent"),
    ),
    Reason(
        "Tokens are estimated",
        "The prompt's count follows the length of its text, so that tools count nothing and a text of embeddings may "
        "be none; a usage comes where `include_usage` is spelt out, and once.",
        ("embeddings.usage.positive", "stream.usage.default", "stream.usage.continuous", "tools.prompt"),
    ),
    Reason(
        "Embeddings in OpenAI's form only",
        "`messages` in place of `input` are refused, and base64 is not written.",
        ("embeddings.request.messages", "embeddings.encoding.base64"),
    ),
)
