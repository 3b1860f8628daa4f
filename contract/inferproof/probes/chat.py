"""Probes of the chat operations: plain requests that every server must take."""

from inferproof.judge.select import CHAT
from inferproof.probes.probe import RequestBuilder, Steps, assistant, probe, system, user


@probe("chat.example", over=CHAT)
def example(call: RequestBuilder, role: str) -> Steps:
    """The documented example."""
    yield from call.examples(role)


@probe("chat.plain", over=CHAT)
def plain(call: RequestBuilder, role: str) -> Steps:
    """One user message and a cap."""
    yield call.chat(user("Name a colour and say why you like it."), role=role)


@probe("chat.required-only", over=CHAT)
def required_only(call: RequestBuilder, role: str) -> Steps:
    """A model and a message, and nothing else, as a beginner sends them; then the same for a stream."""
    question = user("What is the capital of France? Answer with its name only.")
    yield call.chat(question, role=role, max_tokens=None)
    yield call.chat(question, role=role, max_tokens=None, stream=True)


@probe("chat.minimal")
def minimal(call: RequestBuilder) -> Steps:
    """A conversation with a system message, and a cap under its newer name."""
    yield call.chat(
        system("Be brief."),
        user("Hello!"),
        assistant("Hello."),
        user("How are you?"),
        max_tokens=None,
        max_completion_tokens=16,
    )


@probe("chat.both-caps")
def both_caps(call: RequestBuilder) -> Steps:
    """The newer cap by itself; both at once, the newer one smaller, whole and streamed."""
    yield call.chat(user("Count to a hundred."), max_tokens=None, max_completion_tokens=6)
    yield from call.forms(call.chat(user("Count to a hundred."), max_tokens=40, max_completion_tokens=6))


@probe("chat.twice")
def twice(call: RequestBuilder) -> Steps:
    """The same request, twice."""
    yield call.chat(user("Say yes."), max_tokens=8)
    yield call.chat(user("Say yes."), max_tokens=8)


@probe("chat.extra-member", over=CHAT)
def extra_member(call: RequestBuilder, role: str) -> Steps:
    """A member that no document names."""
    yield call.chat(user("Hello!"), role=role, max_tokens=8, inferproof_extra={"any": ["thing"]})


@probe("chat.charset")
def charset(call: RequestBuilder) -> Steps:
    """A content type with a charset."""
    yield call.chat(user("Grüße aus Zürich!"), max_tokens=8).with_header(
        "Content-Type", "application/json; charset=utf-8"
    )


@probe("chat.seed-bounds")
def seed_bounds(call: RequestBuilder) -> Steps:
    """Seeds just outside their bounds."""
    yield call.chat(user("Hello!"), max_tokens=4, seed=-1)
    yield call.chat(user("Hello!"), max_tokens=4, seed=4294967296)


@probe("chat.both-template-flags")
def both_template_flags(call: RequestBuilder) -> Steps:
    """Two flags that exclude each other."""
    yield call.chat(
        user("Hello!"), assistant("Good"), max_tokens=4, continue_final_message=True, add_generation_prompt=True
    )


@probe("chat.no-messages", over=CHAT)
def no_messages(call: RequestBuilder, role: str) -> Steps:
    """An empty conversation."""
    yield call.chat(role=role)
