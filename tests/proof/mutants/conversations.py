"""Servers that take the conversations of agents in part."""

from tests.proof.mutants import answered, breaks, spares


def _counts(reply, tokens):
    reply.json["usage"]["prompt_tokens"] = tokens


breaks("chat.conversation.valid")(answered(422))
breaks("chat.conversation.valid")(answered(500))
breaks("chat.conversation.results", where=lambda draft: draft.step == 1)(answered(500))
breaks("chat.conversation.late-system", where=lambda draft: draft.step == 1)(answered(500))

spares("chat.conversation.valid")(answered(400))
spares("chat.conversation.results")(answered(400))
spares("chat.conversation.late-system", where=lambda draft: draft.step == 1)(answered(400))


@breaks("chat.conversation.late-system")
def a_late_system_message_costs_nothing(reply):
    _counts(reply, 40)


@breaks("chat.conversation.late-system", where=lambda draft: draft.step == 1)
def a_late_system_message_replaces_the_talk(reply):
    _counts(reply, 1)


@breaks("chat.conversation.results", where=lambda draft: draft.role == "chat")
def only_the_first_result_is_read(reply):
    _counts(reply, 90)


@spares("chat.conversation.valid")
def tools_are_there_that_the_target_refuses(reply):
    reply.ask(guided_meta={"a": 1})
    reply.status = 422


@spares("chat.conversation.valid")
def calls_stay_without_a_result(reply):
    reply.ask(messages=[each for each in reply.asked["messages"] if each["role"] != "tool"])
    reply.status = 422


breaks("chat.conversation.whole")(answered(500))
spares("chat.conversation.whole")(answered(400))


@breaks("chat.conversation.whole", where=lambda draft: draft.step < 2)
def the_last_six_messages_are_read(reply):
    _counts(reply, 60)


@breaks("chat.conversation.whole", where=lambda draft: draft.step > 0 and draft.on_the_other_path)
def the_leading_system_message_is_not_read(reply):
    _counts(reply, 1000)


@spares("chat.conversation.whole", where=lambda draft: draft.step == 2)
def the_template_has_no_place_for_a_long_system_message(reply):
    reply.status = 400
