"""What servers of others do wrong, and why: each requirement that fails, under the reason that its bytes show.

Every id below was read with its bytes against the published document: a requirement that is not listed and fails is
either news or a false alarm, and somebody has to look which.
"""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """`fails` are the ids of requirements; `at_times` those whose failing takes luck, such as the turn of a second."""

    title: str
    what: str
    fails: tuple[str, ...]
    at_times: tuple[str, ...] = ()


AIMOCK = (
    Reason(
        "Operations that it does not have",
        "404: it promises OpenAI's paths, and takes what ends like one of them for it.",
        ("attributes.offered", "discovery.offered", "legacy.offered", "legacy.stream.offered", "status.open"),
    ),
    Reason(
        "No keys",
        "Whoever asks is answered 200: without a key, with a wrong one, with other credentials.",
        (
            "auth.missing.refused",
            "auth.wrong.refused",
            "auth.empty.refused",
            "auth.near.refused",
            "auth.scheme.refused",
        ),
    ),
    Reason(
        "Bodies are hardly validated",
        "What the schema forbids is answered 200 as a rule, a few members 400 where the document says 422, and a model "
        "that is an object comes back as one.",
        (
            "errors.invalid.refused",
            "errors.invalid.status",
            "errors.invalid.coerced",
            "chat.reply.schema",
            "chat.reply.corrected",
            "chat.request.seed.bounds",
            "chat.request.templates.exclusive",
            "chat.messages.content.null",
            "chat.messages.tool-calls.invalid",
            "chat.messages.names.invalid",
            "embeddings.reply.schema",
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

BESIDE_CHAT = (
    "chat.openai-path.offered",
    "attributes.offered",
    "discovery.offered",
    "embeddings.offered",
    "legacy.offered",
    "legacy.stream.offered",
    "status.open",
)
"""What a server lacks that has one operation of the contract, chat."""

TRANSFORMERS = (
    Reason(
        "Operations that it does not have",
        "404: it offers OpenAI's chat, completions, responses and transcriptions. One process serves one model, and "
        "none for embeddings.",
        BESIDE_CHAT,
    ),
    Reason(
        "No keys",
        "Whoever asks is answered 200: without a key, with a wrong one, with other credentials.",
        (
            "auth.missing.refused",
            "auth.wrong.refused",
            "auth.empty.refused",
            "auth.near.refused",
            "auth.scheme.refused",
        ),
    ),
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
