"""Servers whose chat reply is not one."""

from email.utils import formatdate

from tests.proof.mutants import breaks, spares


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


@breaks("chat.reply.created")
def created_is_local_time(reply):
    reply.header("date", formatdate(reply.json["created"], usegmt=True))
    reply.json["created"] += 9 * 60 * 60


@spares("chat.reply.created")
def two_clocks_differ_by_minutes(reply):
    reply.header("date", formatdate(reply.json["created"] + 20 * 60, usegmt=True))


@spares("chat.reply.created")
def there_is_no_date(reply):
    reply.header("date", None)
    reply.json["created"] -= 3 * 60 * 60


@spares("chat.reply.created")
def the_date_is_no_date(reply):
    reply.header("date", "Mon, 99 Foo 99999999999999 99:99:99 GMT")


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


def _named(reply, name):
    for value in reply.chunks if reply.asked.get("stream") else [reply.json]:
        value["model"] = name


def _is_a_chat(draft):
    return "messages" in draft.asked


@breaks("chat.reply.model.asked", where=_is_a_chat)
def another_model_is_named(reply):
    _named(reply, "other-7b")


@breaks("chat.reply.model.asked", where=lambda draft: _is_a_chat(draft) and draft.asked.get("stream"))
def streams_name_another_model(reply):
    _named(reply, "other-7b")


@breaks("chat.reply.model.asked", where=lambda draft: _is_a_chat(draft) and draft.on_the_other_path)
def the_other_path_names_another_model(reply):
    _named(reply, "other-7b")


@spares("chat.reply.model.asked", where=_is_a_chat)
def a_snapshot_is_named(reply):
    _named(reply, f"Acme/{reply.asked['model'].upper()}-2025-01-31")


@spares("chat.reply.model.asked", where=lambda draft: _is_a_chat(draft) and draft.step == 1)
def another_model_helps_out_once(reply):
    _named(reply, "other-7b")


@spares("chat.reply.model.asked")
def the_list_calls_it_an_alias(reply):
    if _is_a_chat(reply):
        _named(reply, "other-7b")
    elif isinstance(reply.json, list):
        for item in reply.json:
            item["aliases"] = ["other-7b"]
    else:
        for item in reply.json["data"]:
            item["aliases"] = ["other-7b"]


@spares("chat.reply.model.asked")
def both_names_have_one_root(reply):
    if _is_a_chat(reply):
        _named(reply, "other-7b")
    else:
        items = reply.json if isinstance(reply.json, list) else reply.json["data"]
        for item in items:
            item["root"] = "weights"
        items.append({"id": "other-7b", "name": "other-7b", "root": "weights"})


@breaks("chat.reply.model.asked")
def another_model_of_the_list_is_named(reply):
    if _is_a_chat(reply):
        _named(reply, "other-7b")
    else:
        items = reply.json if isinstance(reply.json, list) else reply.json["data"]
        for item in items:
            item["root"] = "weights"
        items += [{"id": name, "name": name, "root": f"weights of {name}"} for name in ("other-7b", "third-7b")]


@breaks("embeddings.reply.model.asked", where=lambda draft: "input" in draft.asked)
def vectors_are_of_another_model(reply):
    _named(reply, "other-7b")


@spares("chat.reply.content", where=lambda draft: not draft.asked.get("stream"))
def a_filter_left_nothing(reply):
    reply.json["choices"][0].update(finish_reason="content_filter")
    reply.json["choices"][0]["message"]["content"] = None


def _asks_for(**members):
    def edit(reply):
        reply.ask(**members)
        reply.json["choices"][0]["message"]["content"] = ""

    edit.__name__ = "_".join(("nothing_is_said_with", *members))
    return edit


for _members in ({"stop_token_ids": [7]}, {"max_completion_tokens": 2}, {"max_tokens": 2}, {"logit_bias": {"7": 100}}):
    spares("chat.reply.content")(_asks_for(**_members))


@breaks("chat.reply.content")
def it_reasons_by_the_other_name(reply):
    reply.json["choices"][0]["message"].update(content=None, reasoning="Let me see.")


@spares("chat.reply.model.asked")
def nothing_is_answered(reply):
    reply.status = 400


@spares("chat.reply.model.asked", where=lambda draft: draft.asked.get("stream"))
def there_is_no_chunk(reply):
    reply.chunks.clear()
