"""Probes of safety: bodies that are deep or long, and a template that would run on the server."""

from __future__ import annotations

from inferproof.probes.probe import RequestBuilder, Steps, probe, user
from inferproof.requirements.security import RAN, WORDS

LEVELS = 20_000
"""Deeper than the stack of any parser that recurses, in 40 kB."""


@probe("security.nesting")
def nesting(call: RequestBuilder) -> Steps:
    """Lists in lists, where messages belong, and where any value may stand."""
    deep = b"[" * LEVELS + b"]" * LEVELS
    yield call.to("chat", {}).with_body(b'{"messages":' + deep + b"}")
    yield call.to("chat", {}).with_body(
        b'{"messages":[{"role":"user","content":"hi"}],"max_tokens":1,"inferproof_extra":' + deep + b"}"
    )


@probe("security.long-prompt", last=True)
def long_prompt(call: RequestBuilder) -> Steps:
    """A message of a quarter of a million words, after all other probes: who reads it may take minutes over it."""
    yield call.chat(user("a " * WORDS), max_tokens=1)


@probe("security.template", claims="engine")
def template(call: RequestBuilder) -> Steps:
    """A template that says something computed, and then fails with it in the way of Jinja templates for chat."""
    told = f"{{{{ '{RAN[:-5]}' ~ 6 * 7000 }}}}"
    failing = f"{{{{ raise_exception('{RAN[:-5]}' ~ 6 * 7000) }}}}"
    yield call.chat(user("Hello!"), max_tokens=4, chat_template=f"{told}{failing}")
