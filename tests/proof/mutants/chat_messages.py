"""Servers that refuse good messages, or take bad ones."""

from tests.proof.mutants import answered, breaks, spares


def _first(draft):
    return draft.asked["messages"][0]


@breaks("chat.messages.roles", where=lambda draft: _first(draft)["role"] == "developer")
def developers_are_unknown(reply):
    reply.status = 422


@breaks("chat.messages.tool-results", where=lambda draft: draft.asked["messages"][2]["role"] == "function")
def functions_are_forgotten(reply):
    reply.status = 422


@breaks("chat.messages.custom-role")
def roles_are_a_closed_list(reply):
    reply.status = 422


@breaks("chat.messages.role.required", where=lambda draft: "role" not in _first(draft))
def everybody_is_a_user(reply):
    reply.status = 200


@breaks("chat.messages.content.type", where=lambda draft: _first(draft)["content"] == 1)
def numbers_are_text(reply):
    reply.status = 200


@breaks("chat.messages.content.null", where=lambda draft: _first(draft)["role"] == "system")
def null_is_an_empty_text(reply):
    reply.status = 200


@breaks("chat.messages.content.nullable", where=lambda draft: draft.asked["messages"][2]["role"] == "tool")
def an_assistant_must_say_something(reply):
    reply.status = 422


@breaks("chat.messages.parts.text", where=lambda draft: draft.on_the_other_path)
def content_is_text_only(reply):
    reply.status = 400


@breaks(
    "chat.messages.parts.invalid",
    where=lambda draft: "image_url" in _first(draft)["content"][0],
)
def any_detail_will_do(reply):
    reply.status = 200


@breaks("chat.messages.parts.media")
def a_picture_crashes_it(reply):
    reply.status = 500


@breaks("chat.messages.tool-calls.invalid", where=lambda draft: "id" not in draft.asked["messages"][1]["tool_calls"][0])
def calls_need_no_id(reply):
    reply.status = 200


@breaks("chat.messages.names.invalid", where=lambda draft: "tool_call_id" in _first(draft))
def any_id_will_do(reply):
    reply.status = 200


@breaks("chat.messages.members")
def names_are_not_known(reply):
    reply.status = 422


@breaks("chat.messages.extra-members")
def unknown_members_are_refused(reply):
    reply.status = 422


@breaks("chat.messages.unicode", where=lambda draft: "👩" in _first(draft)["content"])
def surrogate_pairs_are_refused(reply):
    reply.status = 400


for _code in (429, 502, 503, 504):
    spares("chat.messages.parts.media")(answered(_code))


MEMBERS = {
    "name": "somebody",
    "refusal": "I would rather not.",
    "audio": {"id": "audio-1"},
    "function_call": {"name": "f", "arguments": "{}"},
    "tool_calls": [{"id": "call-1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}


def _of_the_assistant(member):
    def edit(reply):
        said = {"role": "assistant", "content": "Yes.", member: MEMBERS[member]}
        reply.ask(messages=[{"role": "user", "content": "Hello!"}, said])
        reply.status = 422

    edit.__name__ = f"{member}_is_refused"
    return edit


for _member in MEMBERS:
    breaks("chat.messages.members")(_of_the_assistant(_member))


@spares("chat.messages.custom-role", where=lambda draft: "messages" in draft.asked, whatever=True)
def a_function_that_has_a_schema_of_its_own_is_refused(reply):
    answered = {"role": "function", "name": "look_up", "content": None}
    reply.ask(messages=[{"role": "user", "content": "Hi."}, answered, {"role": "user", "content": "Hi."}])
    reply.status = 422


OF_A_TEMPLATE = (
    "chat.messages.roles",
    "chat.messages.tool-results",
    "chat.messages.custom-role",
    "chat.messages.content.nullable",
    "chat.messages.members",
)
"""What a template may have no place for, and no validator may refuse."""

for _id in OF_A_TEMPLATE:
    breaks(_id)(answered(500))
    spares(_id)(answered(400))


@breaks("chat.messages.parts.whole", where=lambda draft: draft.on_the_other_path)
def the_first_part_alone_is_read(reply):
    reply.json["usage"]["prompt_tokens"] = 12


@spares("chat.messages.parts.whole", where=lambda draft: draft.step == 2)
def a_long_part_is_refused(reply):
    reply.status = 400


@spares("chat.messages.parts.whole", where=lambda draft: draft.step == 0)
def a_short_part_is_refused(reply):
    reply.status = 400
