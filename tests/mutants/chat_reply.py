"""Servers whose chat reply is not one."""

from tests.mutants import breaks, spares


@breaks("chat.reply.media-type")
def json_is_called_text(reply):
    reply.header("content-type", "text/plain")


@breaks("chat.reply.schema")
def a_choice_has_no_index(reply):
    del reply.json["choices"][0]["index"]


@breaks("chat.reply.corrected")
def the_id_is_missing(reply):
    del reply.json["id"]


@breaks("chat.reply.object")
def object_says_chunk(reply):
    reply.json["object"] = "chat.completion.chunk"


@breaks("chat.reply.created")
def created_is_in_milliseconds(reply):
    reply.json["created"] *= 1000


@breaks("chat.reply.model")
def model_is_empty(reply):
    reply.json["model"] = ""


@breaks("chat.reply.id")
def the_id_is_empty(reply):
    reply.json["id"] = ""


@breaks("chat.reply.id.unique")
def the_id_is_constant(reply):
    reply.json["id"] = "chatcmpl-1"


@breaks("chat.reply.choices")
def choices_are_numbered_from_one(reply):
    for choice in reply.json["choices"]:
        choice["index"] += 1


@breaks("chat.reply.role")
def the_role_is_the_users(reply):
    reply.json["choices"][0]["message"]["role"] = "user"


@breaks("chat.reply.content")
def the_content_is_empty(reply):
    reply.json["choices"][0]["message"]["content"] = ""


@breaks("chat.reply.finish-reason")
def the_finish_reason_is_empty(reply):
    reply.json["choices"][0]["finish_reason"] = ""


@breaks("chat.reply.utf-8")
def replies_are_latin_1(reply):
    reply.header("content-type", "application/json; charset=iso-8859-1")


def _finished_by(reason):
    def edit(reply):
        reply.json["choices"][0]["finish_reason"] = reason

    edit.__name__ = f"it_finishes_with_{reason}"
    return edit


for _reason in ("stop", "length", "tool_calls", "content_filter", "function_call"):
    spares("chat.reply.finish-reason")(_finished_by(_reason))


@spares("chat.reply.object")
def there_is_no_object(reply):
    reply.json.pop("object", None)


@spares("chat.reply.utf-8")
def there_is_no_content_type(reply):
    reply.header("content-type", None)


@breaks("chat.reply.content", where=lambda draft: "max_tokens" not in draft.asked)
def nothing_is_said_where_there_is_no_cap(reply):
    reply.json["choices"][0]["message"]["content"] = ""


@spares("chat.reply.choices")
def none_are_asked_for_and_one_comes(reply):
    reply.ask(n=0)
    reply.json["choices"] = [reply.json["choices"][0] | {"index": 0}]
