"""The last message of a request: echoed, or continued."""

from inferproof.judge.check import Check
from inferproof.judge.oracle import valid
from inferproof.judge.requirement import PROSE
from inferproof.judge.rules import Rules
from inferproof.judge.select import answers
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip


def _last(answer: Subject, role: str) -> str:
    """The text of the request's last message; raises Skip where it is another role's, or none."""
    messages = answer.request.items("/messages")
    if not messages or messages[-1].get("/role") != role:
        raise Skip(f"the last message of the request is not the {role}'s")
    return messages[-1].string("/content")


rules = Rules("sampling", of=answers("chat"), cites="chat.request", claims="sampling.echo").with_notes(
    breaks="a template that closes the last message, an echo of messages that were not the assistant's.",
    reference="passed on: the engine renders the last message open, and echoes it.",
)


def _echoes_the_assistant(answer: Subject) -> bool:
    return answer.request.get("/echo") is True and _last(answer, "assistant") != ""


@rules.must("echo", PROSE, ".prose#/echo", where=_echoes_the_assistant)
def echo_puts_the_last_message_in_front(reply: Subject, check: Check) -> None:
    """With `echo: true` and a last message of the assistant, the content begins with that message."""
    if reply.unanswered:
        raise Skip("nothing was said, as by a model that is not done with its reasoning")
    reply.require_given()
    said = _last(reply, "assistant")
    check.that(reply.text.startswith(said), f"a text that begins with {said!r}", reply.text, at="content")


def _echoes_a_user(answer: Subject) -> bool:
    return (
        answer.request.get("/echo") is True
        and answer.request.get("/add_generation_prompt") is not False
        and len(_last(answer, "user")) > 40
    )


@rules.must("echo.other-role", PROSE, "#/echo", where=_echoes_a_user)
def another_role_is_not_echoed(reply: Subject, check: Check) -> None:
    """With `echo: true` and a last message of the user, the content does not begin with that message."""
    said = _last(reply, "user")
    check.that(not reply.text.startswith(said), "a text of its own", reply.text, at="content")


def _continues_the_assistant(answer: Subject) -> bool:
    return (
        answer.request.get("/continue_final_message") is True
        and _last(answer, "assistant") != ""
        and not answer.request.get("/echo")
        and valid(answer)
    )


continued = answers("chat", status=DECIDED, where=_continues_the_assistant)


@rules.must("continue", PROSE, ".prose#/continue_final_message", of=continued, claims="sampling.continue")
def a_message_is_continued(reply: Subject, check: Check) -> None:
    """With `continue_final_message: true`, the model continues the last message and does not repeat it."""
    check.accepted(reply)
    said = _last(reply, "assistant")
    check.that(not reply.text.startswith(said), "how the message goes on", reply.text, at="content")
