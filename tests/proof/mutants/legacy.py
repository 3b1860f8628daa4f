"""Servers that read turns wrongly, or refuse good ones."""

from tests.proof.mutants import answered, breaks, spares


@breaks("legacy.offered")
def the_operation_is_missing(reply):
    reply.status = 404


@breaks("legacy.stream.offered")
def the_stream_is_missing(reply):
    reply.status = 405


@breaks("legacy.request.accepted", where=lambda draft: "metadata" in draft.asked)
def metadata_are_refused(reply):
    reply.status = 422


@breaks("legacy.request.extra-members", where=lambda draft: "stream" in draft.asked)
def the_member_of_a_known_client_is_refused(reply):
    reply.status = 422


@breaks("legacy.request.query")
def the_query_is_refused(reply):
    reply.status = 400


@breaks("legacy.request.context")
def a_text_is_a_context(reply):
    reply.status = 200


@breaks("legacy.request.turn.type", where=lambda draft: draft.asked["context"][0].get("type") == "Bot")
def any_type_will_do(reply):
    reply.status = 200


@breaks("legacy.request.turn.text")
def a_turn_may_be_silent(reply):
    reply.status = 200


@breaks("legacy.request.turn.types", where=lambda draft: draft.asked["context"][0]["type"] == "System")
def only_four_types_are_known(reply):
    reply.status = 422


@breaks("legacy.request.ts", where=lambda draft: draft.asked["context"][0]["ts"] is None)
def a_time_may_not_be_null(reply):
    reply.status = 422


@breaks("legacy.request.ts.epoch")
def numbers_are_no_times(reply):
    reply.status = 422


@breaks("legacy.request.ts.format")
def words_are_times(reply):
    reply.status = 200


@breaks("legacy.request.web-search", where=lambda draft: draft.asked["web_search"] is None)
def null_is_false(reply):
    reply.status = 200


@breaks("legacy.request.tools.empty", where=lambda draft: draft.asked["tools"] == [])
def an_empty_list_of_tools_is_refused(reply):
    reply.status = 400


@breaks("legacy.request.tool-turn")
def a_tool_may_not_answer(reply):
    reply.status = 422


@spares("legacy.request.turn.types")
def a_tool_may_be_unknown(reply):
    reply.ask(context=[*reply.asked["context"], {"type": "Tool", "text": "4", "tool_call_id": "1"}])
    reply.status = 422


@breaks("legacy.request.accepted", where=lambda draft: "max_tokens" not in draft.asked)
def a_cap_is_demanded(reply):
    reply.status = 400


breaks("legacy.request.turn.types")(answered(500))
spares("legacy.request.turn.types")(answered(400))
