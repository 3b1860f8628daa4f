"""Function tools: offered, called when required, never when forbidden, and the same in a stream.

Breaks: tools that are shown to no model, a named choice that is a wish, arguments that are no JSON or an object.
Reference: the engine forces required and named calls; `strict` is added, so that arguments obey their schema.
"""

from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, refused_for
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    MUST,
    PROJECT,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import CHAT, DECIDED, EVENTS, Of
from inferproof.judge.subject import Subject, folded, read_json
from inferproof.requirements.chat_request import PLAIN
from inferproof.wire.exchange import NotJson

REQUEST = "inflection#/components/schemas/ChatCompletionRequest/properties"
CHOICE = f"{REQUEST}/tool_choice"
DEFINITION = "inflection#/components/schemas/ChatCompletionToolsParam"
PARAMETERS = "inflection#/components/schemas/FunctionDefinition/properties/parameters"
CALL = "inflection#/components/schemas/ToolCall"
ARGUMENTS = "inflection#/components/schemas/FunctionCall-Output/properties/arguments"
DELTA = "inflection#/components/schemas/DeltaToolCall"
RESULT = "inflection#/components/schemas/ChatCompletionToolMessageParam"


def streamed(answer: Subject) -> bool:
    return answer.asked.get("stream") is True


def chosen(answer: Subject) -> Any:
    """The request's `tool_choice`: `named` for a function of its own, `auto` where tools come without one."""
    choice = answer.asked.get("tool_choice")
    if choice is None:
        return "auto" if answer.asked.get("tools") else "none"
    return "named" if isinstance(choice, dict) else choice


def offered(answer: Subject) -> dict[str, Any]:
    """The functions of the request, by name."""
    return {tool["function"]["name"]: tool["function"] for tool in answer.asked.get("tools") or ()}


def calls(answer: Subject) -> list[dict[str, Any]]:
    """The calls of the first choice, each with `id`, `name` and `arguments`; of a stream, put together."""
    if answer.media_type == EVENTS:
        choice = folded(answer.chunks).choices[0]
        return [choice.tool_calls[index] for index in sorted(choice.tool_calls)]
    found = answer.json["choices"][0]["message"].get("tool_calls") or []
    return [{"id": call.get("id"), **call["function"]} for call in found]


def whole_calls(answer: Subject) -> list[dict[str, Any]]:
    """As `calls`; raises LookupError where the cap cut the answer, since a call may be broken off or missing then."""
    if answer.finish_reason == "length":
        raise LookupError("the answer was cut short")
    return calls(answer)


def _plainly(answer: Subject) -> bool:
    """Tools, and no member beyond the plain ones: others may get into the way of a call."""
    members = PLAIN | {"tools", "tool_choice", "parallel_tool_calls"}
    return members.issuperset(answer.asked) and must_accept(answer)


def _calls_of(*choices: str) -> Of:
    """Whole replies, in JSON or streamed, to requests with tools and one of these choices."""
    return Of(("chat",), where=lambda answer: chosen(answer) in choices and bool(answer.asked.get("tools")))


@requirement(
    "tools.accepted",
    MUST,
    basis=SCHEMA,
    claims="tools",
    cites=(DEFINITION, f"{REQUEST}/tools"),
    of=Of(
        CHAT,
        status=DECIDED,
        where=lambda answer: "tools" in answer.asked and chosen(answer) == "none" and _plainly(answer),
    ),
)
def tools_are_accepted(reply: Subject, check: Check) -> None:
    """Tools are accepted: with nothing but a function's name, and as an empty list or null, which mean none."""
    check.accepted(reply)


@requirement(
    "tools.auto.accepted",
    MUST,
    basis=SCHEMA,
    claims="tools.auto",
    cites=(
        f"{CHOICE}/anyOf/1",
        "inflection#/components/schemas/LegacyChatCompletionRequest/properties/tools",
    ),
    of=Of(
        CHAT,
        status=DECIDED,
        where=lambda answer: chosen(answer) == "auto" and _plainly(answer),
    ),
)
def the_model_may_choose(reply: Subject, check: Check) -> None:
    """Tools without a `tool_choice`, or with `auto`, are accepted; whether one is called is the model's choice."""
    check.accepted(reply)


@requirement("tools.none", MUST, basis=CONVENTION, claims="tools", cites=f"{CHOICE}/anyOf/0", of=_calls_of("none"))
def none_means_no_call(reply: Subject, check: Check) -> None:
    """With `tool_choice: none` no tool is called."""
    check.equal(calls(reply), [], at="tool_calls")


@requirement(
    "tools.required",
    MUST,
    basis=CONVENTION,
    claims="tools.required",
    cites=f"{CHOICE}/anyOf/2",
    of=_calls_of("required"),
)
def required_means_a_call(reply: Subject, check: Check) -> None:
    """With `tool_choice: required` at least one tool is called."""
    check.that(whole_calls(reply) != [], "a call", "none", at="tool_calls")


@requirement(
    "tools.named",
    MUST,
    basis=CONVENTION,
    claims="tools.named",
    cites=f"{CHOICE}/anyOf/3",
    of=_calls_of("named"),
)
def a_named_function_is_called(reply: Subject, check: Check) -> None:
    """With a `tool_choice` that names a function, that function is called, and no other."""
    name = reply.asked["tool_choice"]["function"]["name"]
    check.equal(sorted({call["name"] for call in whole_calls(reply)}), [name], at="tool_calls")


@requirement(
    "tools.call.offered",
    SHOULD,
    basis=CONVENTION,
    claims="tools",
    cites=f"{CALL}/properties/function",
    of=_calls_of("auto", "required", "named"),
)
def only_what_was_offered_is_called(reply: Subject, check: Check) -> None:
    """Each call names a function of the request."""
    for number, call in enumerate(whole_calls(reply)):
        check.one_of(call["name"], sorted(offered(reply)), at=f"tool_calls/{number}/function/name")


@requirement(
    "tools.call.id",
    SHOULD,
    basis=CORRECTION,
    claims="tools",
    cites=f"{CALL}/properties/id",
    of=_calls_of("auto", "required", "named"),
)
def each_call_has_an_id(reply: Subject, check: Check) -> None:
    """Each call has an `id` that no other call of the message has: the result is sent back under it."""
    ids = [call["id"] for call in whole_calls(reply)]
    check.that(all(isinstance(id, str) and id for id in ids), "an id for each call", ids, at="tool_calls")
    check.equal(len(set(ids)), len(ids), at="different ids of tool_calls")


@requirement(
    "tools.call.arguments",
    SHOULD,
    basis=CORRECTION,
    claims="tools",
    cites=ARGUMENTS,
    of=_calls_of("auto", "required", "named"),
)
def arguments_are_a_json_object(reply: Subject, check: Check) -> None:
    """The `arguments` of each call are the text of a JSON object."""
    for number, call in enumerate(whole_calls(reply)):
        at = f"tool_calls/{number}/function/arguments"
        try:
            arguments = read_json(call["arguments"])
        except NotJson:
            check.fail("JSON", call["arguments"], at=at)
        check.that(isinstance(arguments, dict), "a JSON object", arguments, at=at)


@requirement(
    "tools.call.parameters",
    SHOULD,
    basis=CONVENTION,
    claims="tools",
    cites=PARAMETERS,
    of=_calls_of("required", "named"),
)
def arguments_follow_the_parameters(reply: Subject, check: Check) -> None:
    """The arguments of a call that was asked for are valid by the function's `parameters`."""
    for number, call in enumerate(whole_calls(reply)):
        schema = offered(reply).get(call["name"], {}).get("parameters") or {}
        check.fits(read_json(call["arguments"]), schema, at=f"tool_calls/{number}/function/arguments")


@requirement(
    "tools.finish-reason",
    SHOULD,
    basis=CORRECTION,
    claims="tools",
    cites="inflection#/components/schemas/ChatCompletionResponseChoice/properties/finish_reason",
    of=_calls_of("auto", "required"),
)
def calls_finish_a_message(reply: Subject, check: Check) -> None:
    """A message with calls has the `finish_reason` `tool_calls`; where the function was named, `stop` is usual too."""
    if whole_calls(reply):
        check.equal(reply.finish_reason, "tool_calls", at="finish_reason")


@requirement(
    "tools.parallel",
    SHOULD,
    basis=CORRECTION,
    claims="tools",
    cites=f"{REQUEST}/parallel_tool_calls",
    of=Of(("chat",), where=lambda answer: answer.asked.get("parallel_tool_calls") is False),
)
def one_call_at_a_time(reply: Subject, check: Check) -> None:
    """With `parallel_tool_calls: false` a message has at most one call."""
    check.that(len(calls(reply)) <= 1, "at most 1", len(calls(reply)), at="tool_calls")


@requirement(
    "tools.result.accepted",
    MUST,
    basis=SCHEMA,
    claims="tools",
    cites=RESULT,
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: (
            chosen(answer) == "none" and must_accept(answer) and answer.asked["messages"][-1]["role"] == "tool"
        ),
    ),
)
def a_result_is_answered(reply: Subject, check: Check) -> None:
    """A conversation that ends with a call and the tool's result is accepted."""
    check.accepted(reply)


@requirement(
    "tools.prompt",
    SHOULD,
    basis=PROJECT,
    claims="tools.required",
    cites=f"{REQUEST}/tools",
    needs="tools.required",
)
def tools_are_part_of_the_prompt(answers: list[Subject], check: Check) -> None:
    """The same conversation has more `prompt_tokens` with tools than without: the model is told of them."""
    without, offered = (answer.json["usage"]["prompt_tokens"] for answer in answers)
    check.that(offered > without, f"more than {without}", offered, at="/usage/prompt_tokens")


@requirement(
    "tools.choice.without-tools",
    SHOULD,
    basis=CORRECTION,
    claims="tools",
    cites=CHOICE,
    of=Of(
        ("chat",),
        status=None,
        where=lambda answer: chosen(answer) in ("required", "named") and not answer.asked.get("tools"),
    ),
)
def a_choice_needs_tools(reply: Subject, check: Check) -> None:
    """`tool_choice` with `required` or a name is refused where there are no tools."""
    check.refused(reply)


def _names_an_unknown_tool(answer: Subject) -> bool:
    if chosen(answer) != "named" or not answer.asked.get("tools") or not _well_formed(answer):
        return False
    return answer.asked["tool_choice"]["function"]["name"] not in offered(answer)


def _well_formed(answer: Subject) -> bool:
    schema = answer.contract.validator(answer.operation.request_schema or "", "published")
    return schema.decides(answer.asked)


@requirement(
    "tools.choice.unknown",
    SHOULD,
    basis=CORRECTION,
    claims="tools",
    cites="inflection#/components/schemas/ChatCompletionNamedFunction/properties/name",
    of=Of(("chat",), status=None, where=_names_an_unknown_tool),
)
def a_choice_names_one_of_the_tools(reply: Subject, check: Check) -> None:
    """`tool_choice` with a name that no tool of the request has is refused."""
    check.refused(reply)


@requirement(
    "tools.invalid.refused",
    MUST,
    basis=SCHEMA,
    claims="tools",
    cites=(
        CHOICE,
        f"{DEFINITION}/properties/*",
        "inflection#/components/schemas/FunctionDefinition/properties/*",
        "inflection#/components/schemas/ChatCompletionNamedToolChoiceParam/properties/*",
    ),
    of=Of(("chat",), status=None, where=lambda answer: bool(refused_for(answer) & {"tools", "tool_choice"})),
)
def invalid_tools_are_refused(reply: Subject, check: Check) -> None:
    """Tools that the schema forbids are refused: another `type`, a list for parameters, another word for a choice."""
    check.refused(reply)
