"""Texts that have marks of the model's template, and replies that name another model."""

from __future__ import annotations

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, chat_stream, messages
from tests.proof.legal_servers.models import free
from tests.proof.legal_servers.reply import Reply, embeddings, native


@defect("chat.reply.marks", of=lambda reply: chat(reply) and free(reply))
def end_tokens_stay(reply: Reply) -> None:
    """The token that ends the model's turn stays in the text."""
    for message in messages(reply):
        if message.get("content"):
            message["content"] += "<|im_end|>"


@defect("chat.reply.marks", of=lambda reply: chat_stream(reply) and free(reply))
def end_tokens_stay_in_streams(reply: Reply) -> None:
    """The token that ends the model's turn stays in streams, in two pieces."""
    said = [message for message in messages(reply) if message.get("content")]
    if len(said) > 1:
        said[-2]["content"] += "<|eot"
        said[-1]["content"] = "_id|>"


@defect("legacy.reply.marks", of=lambda reply: native(reply) and not reply.streamed)
def end_tokens_stay_in_native_replies(reply: Reply) -> None:
    """The native operation leaves the end of the model's turn in the text."""
    reply.json["text"] += "</s>"


@defect("chat.reply.marks", of=lambda reply: chat(reply) and free(reply))
def the_end_of_a_thought_stays(reply: Reply) -> None:
    """Reasoning comes apart, but for its last words and the tag that ends it."""
    for message in messages(reply):
        if message.get("content"):
            message["reasoning_content"] = "The person asks something. "
            message["content"] = f"I shall answer.\n</think>\n\n{message['content']}"


@defect("tools.call.marks", of=lambda reply: chat(reply) and reply.asked.get("tool_choice") == "required")
def calls_stay_in_the_text(reply: Reply) -> None:
    """A call is parsed, and stays in the text as well."""
    for message in messages(reply):
        if message.get("tool_calls"):
            message["content"] = '<tool_call>\n{"name": "switch", "arguments": {"to": "on"}}\n</tool_call>'


@defect("chat.reply.model.asked", of=lambda reply: chat(reply) or chat_stream(reply))
def every_reply_names_another_model(reply: Reply) -> None:
    """Replies name the model that a gateway was written for."""
    for value in reply.values:
        value["model"] = "other-7b-turbo"


@defect("chat.reply.model.asked", of=chat_stream)
def streams_name_another_model(reply: Reply) -> None:
    """Streams name the engine's own model."""
    for value in reply.values:
        value["model"] = "default"


@defect("embeddings.reply.model.asked", of=embeddings)
def vectors_name_another_model(reply: Reply) -> None:
    """Vectors are said to be of another model than was asked for."""
    reply.json["model"] = "other-7b-turbo"
