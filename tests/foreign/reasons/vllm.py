"""Stock vLLM."""

from __future__ import annotations

from tests.foreign.reasons.reason import BESIDE_CHAT, Reason

VLLM = (
    Reason(
        "Operations are missing",
        "404: it serves OpenAI's paths, and embeddings from another process.",
        BESIDE_CHAT,
    ),
    Reason(
        "400 for 422",
        "What breaks a schema is answered 400 with OpenAI's error.",
        ("errors.invalid.status", "stream.invalid"),
    ),
    Reason(
        "Guided decoding is ignored",
        "`guided_*` were dropped for `structured_outputs`; the answer is 200, with free text.",
        (
            "structured-output.guided-json",
            "structured-output.guided-choice",
            "structured-output.guided-regex",
            "structured-output.guided-grammar",
            "structured-output.whitespace",
            "structured-output.streamed",
            "structured-output.exclusive",
            "structured-output.invalid.refused",
        ),
    ),
    Reason(
        "A 401 without a challenge",
        "It asks for its key wherever it has an operation, but not for a `Bearer`.",
        ("auth.challenge",),
    ),
    Reason(
        "Values that are read more loosely",
        "A negative seed, an object for `content`, text for a number and a malformed `logits_processors` are answered "
        "200.",
        (
            "chat.request.seed.bounds",
            "chat.messages.content.type",
            "errors.invalid.refused",
            "errors.invalid.coerced",
            "sampling.logits-processors.invalid",
        ),
    ),
    Reason(
        "Other defaults, another error",
        "With `add_generation_prompt: false` the reply has the role of the last message, `stream_options: {}` asks for "
        "no usage, and a 404 is FastAPI's.",
        (
            "chat.reply.corrected",
            "chat.reply.role",
            "errors.body.shape",
            "stream.usage.default",
        ),
    ),
)
