"""Function tools: offered, called when required, never when forbidden, and the same in a stream."""

from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, refused_for, valid
from inferproof.judge.requirement import CORRECTION, PROJECT, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, EVENTS, Of, answers, asked, decided
from inferproof.judge.subject import FoldedCall, Subject, read_json
from inferproof.judge.value import Missing, Skip, Value
from inferproof.requirements.chat_request import PLAIN
from inferproof.requirements.usage import cap_of
from inferproof.wire.exchange import NotJson


def streamed(answer: Subject) -> bool:
    return answer.request.get("/stream") is True


def chosen(answer: Subject) -> str:
    """The request's `tool_choice`: `named` for a function of its own, `auto` where tools come without one.

    Raises Missing where it is neither a word nor an object.
    """
    if isinstance(answer.request.get("/tool_choice"), dict):
        return "named"
    return answer.request.string("/tool_choice", "auto" if answer.request.get("/tools") else "none")


def offered(answer: Subject) -> dict[str, Value]:
    """The functions of the request, by name. Raises Missing."""
    tools = answer.request.items("/tools", optional=True)
    return {tool.string("/function/name"): tool.value("/function") for tool in tools}


def calls(answer: Subject) -> list[Value]:
    """The calls of the first choice, each with its `function`; of a stream, put together. Raises Skip."""
    if answer.media_type == EVENTS:
        made = answer.folded.choice(0).tool_calls
        return [_put_together(index, made[index]) for index in sorted(made)]
    found = answer.body.object("/choices/0/message").items("/tool_calls", optional=True)
    for call in found:
        call.object("/function")
    return found


def _put_together(index: int, call: FoldedCall) -> Value:
    function = {"name": call.name, "arguments": call.arguments}
    return Value({"id": call.id, "function": function}, f"tool_calls/{index}")


def whole_calls(answer: Subject) -> list[Value]:
    """As `calls`; raises Skip where a call may be broken off or missing: the cap or a filter cut it, or a refusal."""
    answer.require_given()
    if answer.finish_reason == "length":
        raise Skip("the answer was cut short")
    return calls(answer)


def arguments(call: Value) -> Any:
    """The JSON of a call's arguments. Raises Missing."""
    try:
        return read_json(call.string("/function/arguments"))
    except NotJson:
        raise Missing("JSON", f"{call.at}/function/arguments") from None


def _plainly(answer: Subject) -> bool:
    """Tools, and nothing beyond what is plain: other members, or messages, may get into the way of a call."""
    members = PLAIN | {"tools", "tool_choice", "parallel_tool_calls"}
    return members.issuperset(answer.request.members()) and must_accept(answer)


def _calls_of(*choices: str) -> Of:
    """Answers to requests with tools and one of these choices."""
    return answers(*CHAT, where=lambda answer: chosen(answer) in choices and is_offered(answer))


def is_offered(answer: Subject) -> bool:
    """There are tools, and among them the function that `tool_choice` names, if it names one."""
    tools = offered(answer)
    if not tools or chosen(answer) != "named":
        return bool(tools)
    named = answer.request.get("/tool_choice/function/name")
    return isinstance(named, str) and named in tools


any_calls = _calls_of("auto", "required", "named")
ENDED = "chat.reply#/choices/[]/finish_reason"
OF_TOOLS = "#/tools/[]/* #/tools/[]/function/* #/tool_choice:object/*"
OF_THE_PATH = "chat.openai-path.supported#/tools"

rules = Rules("tools", cites="chat.request", claims="tools").with_notes(
    breaks="tools that are shown to no model, a named choice that is a wish, arguments that are no JSON or an object.",
    reference="the engine forces required and named calls; `strict` is added, so that arguments obey their schema.",
)
called = rules.part("call", of=any_calls, cites="chat.reply#/choices/[]/message/tool_calls/[]")


def _offers_tools_for_nothing(answer: Subject) -> bool:
    return answer.request.has("/tools") and chosen(answer) == "none" and _plainly(answer)


rules.must("accepted", SCHEMA, "#/tools/[]/", "#/tools", of=decided(*CHAT, where=_offers_tools_for_nothing)).accept(
    "A tool needs only the name of a function. `tools: null` is accepted and means no tools."
)


def _leaves_the_choice(answer: Subject) -> bool:
    return chosen(answer) == "auto" and _plainly(answer)


left_free = decided(*CHAT, where=_leaves_the_choice)

rules.must("auto.accepted", SCHEMA, "#/tool_choice=auto", of=left_free, covers=OF_THE_PATH, claims=".auto").accept(
    "Tools without `tool_choice`, or with `auto`, are accepted; the model decides whether to call one."
)


@rules.must("none", openai("tool_choice"), "#/tool_choice=none", of=_calls_of("none"))
def none_means_no_call(reply: Subject, check: Check) -> None:
    """With `tool_choice: none`, no tool is called."""
    check.equal(calls(reply), [], at="tool_calls")


@rules.must("required", openai("tool_choice"), "#/tool_choice=required", of=_calls_of("required"), claims=".required")
def required_means_a_call(reply: Subject, check: Check) -> None:
    """With `tool_choice: required`, at least one tool is called."""
    check.that(whole_calls(reply) != [], "a call", "none", at="tool_calls")


@rules.must("named", openai("tool_choice"), "#/tool_choice:object", of=_calls_of("named"), claims=".named")
def a_named_function_is_called(reply: Subject, check: Check) -> None:
    """With a `tool_choice` that names a function, that function is called, and no other."""
    name = reply.request.string("/tool_choice/function/name")
    found = whole_calls(reply)
    check.that(found != [], f"a call of {name}", "none", at="tool_calls")
    for call in found:
        check.equal(call.value("/function/name"), name)


@called.should("offered", openai("tool_calls"), "/function")
def only_what_was_offered_is_called(reply: Subject, check: Check) -> None:
    """Each call names a function of the request."""
    names = sorted(offered(reply))
    for call in whole_calls(reply):
        check.one_of(call.value("/function/name"), names)


@called.should("id", CORRECTION, "/id")
def each_call_has_an_id(reply: Subject, check: Check) -> None:
    """Each call has an `id` that is unique in the message, because the result refers to it."""
    ids = [call.get("/id") for call in whole_calls(reply)]
    check.that(all(isinstance(id, str) and id for id in ids), "an id for each call", ids, at="tool_calls")
    check.equal(len(set(ids)), len(ids), at="different ids of tool_calls")


@called.should("arguments", CORRECTION, "/function/arguments")
def arguments_are_a_json_object(reply: Subject, check: Check) -> None:
    """The `arguments` of each call are the text of a JSON object."""
    for call in whole_calls(reply):
        text = call.value("/function/arguments")
        try:
            found = read_json(text.string())
        except NotJson:
            check.fail("JSON", text.string(), at=text.at)
        check.that(isinstance(found, dict), "a JSON object", found, at=text.at)


@rules.should(
    "call.parameters", openai("tool_calls"), "#/tools/[]/function/parameters", of=_calls_of("required", "named")
)
def arguments_follow_the_parameters(reply: Subject, check: Check) -> None:
    """The arguments of a required or named call are valid by the function's `parameters`."""
    functions = offered(reply)
    for call in whole_calls(reply):
        function = functions.get(call.string("/function/name"))
        schema = {} if function is None else function.get("/parameters", {})
        check.fits(arguments(call), schema, at=f"{call.at}/function/arguments")


@rules.should("finish-reason", CORRECTION, ENDED, "#/tools", of=_calls_of("auto", "required"))
def calls_finish_a_message(reply: Subject, check: Check) -> None:
    """A message with calls has the `finish_reason` `tool_calls`, unless `tool_choice` names the function."""
    if whole_calls(reply):
        check.equal(reply.finish_reason, "tool_calls", at="finish_reason")


@rules.should("cut", openai("finish_reason"), ENDED, "#/tools", of=any_calls)
def a_call_that_is_cut_ends_with_length(reply: Subject, check: Check) -> None:
    """If the cap cuts off the arguments of a call, the `finish_reason` is `length`, also in a stream."""
    if any(_is_open(call) for call in calls(reply)) and reply.usage.integer("/completion_tokens") >= cap_of(reply):
        check.equal(reply.finish_reason, "length", at="finish_reason")


def _is_open(call: Value) -> bool:
    """Its arguments are no JSON, as where more of them would have come."""
    try:
        read_json(call.string("/function/arguments", ""))
    except NotJson:
        return True
    return False


def _wants_one_at_a_time(answer: Subject) -> bool:
    return answer.request.get("/parallel_tool_calls") is False


@rules.should("parallel", CORRECTION, "#/parallel_tool_calls", of=answers(*CHAT, where=_wants_one_at_a_time))
def one_call_at_a_time(reply: Subject, check: Check) -> None:
    """With `parallel_tool_calls: false`, a message has at most one call."""
    check.that(len(calls(reply)) <= 1, "at most 1", len(calls(reply)), at="tool_calls")


def _ends_with_a_result(answer: Subject) -> bool:
    return any(message.get("/role") == "tool" for message in answer.request.items("/messages")[-1:])


def _brings_a_result(answer: Subject) -> bool:
    return chosen(answer) == "none" and valid(answer) and _ends_with_a_result(answer)


rules.must("result.accepted", SCHEMA, "#/messages/[role=tool]/", of=decided("chat", where=_brings_a_result)).accept(
    "A conversation that ends with a tool call and its result is accepted."
)


@rules.should("prompt", PROJECT, "#/tools", needs=("tools.required", "tools.auto"))
def tools_are_part_of_the_prompt(told: list[Subject], check: Check) -> None:
    """A conversation has more `prompt_tokens` with tools than without, because the model reads them."""
    without, *offered = told
    before = without.usage.integer("/prompt_tokens")
    counts = [answer.usage.value("/prompt_tokens") for answer in offered if not answer.streamed or answer.folded.usage]
    if not counts:
        raise Skip("it takes a conversation with tools, and without, to tell")
    for found in counts:
        check.that(found.integer() > before, f"more than {before}", found)


def _chooses_without_tools(answer: Subject) -> bool:
    return chosen(answer) in ("required", "named") and not answer.request.get("/tools")


rules.should(
    "choice.without-tools", CORRECTION, "#/tool_choice", of=asked("chat", where=_chooses_without_tools)
).refuse("A `tool_choice` that is `required` or names a function is rejected if there are no tools.")


def _names_an_unknown_tool(answer: Subject) -> bool:
    if chosen(answer) != "named" or not answer.request.get("/tools") or not _well_formed(answer):
        return False
    return answer.request.string("/tool_choice/function/name") not in offered(answer)


def _well_formed(answer: Subject) -> bool:
    schema = answer.contract.validator(answer.operation.request_schema or "", "published")
    return schema.decides(answer.request.raw)


rules.should(
    "choice.unknown", CORRECTION, "#/tool_choice/function/name", of=asked("chat", where=_names_an_unknown_tool)
).refuse("A `tool_choice` that names no tool of the request is rejected.")


def _offers_wrongly(answer: Subject) -> bool:
    return bool(refused_for(answer) & {"tools", "tool_choice"})


rules.must("invalid.refused", SCHEMA, "#/tool_choice", of=asked("chat", where=_offers_wrongly), covers=OF_TOOLS).refuse(
    "Invalid tools are rejected: an unknown `type`, a list as `parameters`, an unknown `tool_choice`."
)
