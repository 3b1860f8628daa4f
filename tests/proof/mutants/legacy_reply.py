"""Servers whose native reply has another form, or another length."""

from tests.proof.mutants import breaks, spares


@breaks("legacy.request.max-tokens.cap", where=lambda draft: draft.asked["max_tokens"] == 1)
def max_tokens_is_ignored(reply):
    reply.json["text"] = "Rain washes minerals out of the rocks and rivers carry them to the sea."


@breaks("legacy.request.stop-tokens")
def the_stop_is_ignored(reply):
    reply.json["text"] += reply.asked["stop_tokens"][0]


@breaks("legacy.reply.media-type")
def json_is_called_text(reply):
    reply.header("content-type", "text/plain")


@breaks("legacy.reply.schema")
def created_is_missing(reply):
    del reply.json["created"]


@breaks("legacy.reply.schema")
def text_is_null(reply):
    reply.json["text"] = None


@breaks("legacy.reply.created")
def created_is_in_milliseconds(reply):
    reply.json["created"] *= 1000


@breaks("legacy.reply.text")
def the_text_is_empty(reply):
    reply.json.update(text="", reasoning_content=None)


@breaks("legacy.reply.own-form")
def the_reply_is_a_chat_completion_as_well(reply):
    reply.json["choices"] = []


@breaks("legacy.reply.text")
def nothing_is_said_where_there_is_no_cap(reply):
    reply.ask(only=reply.asked.keys() - {"max_tokens"})
    reply.json["text"] = ""


@breaks("legacy.request.response-format")
def json_is_a_wish(reply):
    reply.json["text"] = "Yes, it is."


@breaks("legacy.request.response-format", where=lambda draft: draft.role == "chat.legacy.stream")
def json_is_a_wish_in_the_stream(reply):
    reply.json["text"] = "```json"


@spares("legacy.request.response-format")
def the_object_is_only_begun(reply):
    reply.json["text"] = ' {"'


@spares("legacy.request.max-tokens.cap")
def no_tokens_are_one(reply):
    reply.ask(max_tokens=0)
    reply.json["text"] = "Rain."
