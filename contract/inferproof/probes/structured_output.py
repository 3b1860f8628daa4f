"""Probes of structured output: constraints that no model meets by chance, and few enough words for a random one."""

import json
from typing import Any

from inferproof.judge.select import CHAT
from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, patiently, probe, user
from inferproof.requirements.structured_output import TABS

ROOM = 64
"""Tokens. The longest text that is asked for has some 30 characters; the rest is for whitespace."""

LONG_ROOM = 256
"""Tokens, for an object of the model's own choice: a random model closed each of 840 within 163 tokens on vLLM 0.32."""

QUESTION = user("Is a lighthouse a building? Answer in a few words.")
IN_JSON = user("Is a lighthouse a building? Answer in a few words. Somebody else will put them into JSON.")


def _schema(call: RequestBuilder) -> dict[str, Any]:
    """An object with one member that nobody would think of."""
    return {
        "type": "object",
        "properties": {call.token("member", 6): {"type": "string", "enum": ["ja", "nein"]}},
        "required": [call.token("member", 6)],
        "additionalProperties": False,
    }


def _ask(call: RequestBuilder, role: str = "chat", **members: Any) -> PlannedRequest:
    return call.chat(QUESTION, role=role, max_tokens=ROOM, **members)


def _each(call: RequestBuilder, ask: PlannedRequest) -> Steps:
    """The request in each form, with room for a model that reasons first."""
    for form in call.forms(ask):
        yield from patiently(form)


@probe("structured-output.json-object", claims="structured-output.json-object", over=CHAT)
def json_object(call: RequestBuilder, role: str) -> Steps:
    """Any JSON object, to a question that asks for words and names JSON: some refuse the format where nothing does."""
    yield from _each(call, call.chat(IN_JSON, role=role, max_tokens=LONG_ROOM, response_format={"type": "json_object"}))


@probe("structured-output.json-schema", claims="structured-output.json-schema", over=CHAT)
def json_schema(call: RequestBuilder, role: str) -> Steps:
    """A schema as the response format."""
    named = {"name": "answer", "description": "One word.", "schema": _schema(call), "strict": True}
    yield from _each(call, _ask(call, role, response_format={"type": "json_schema", "json_schema": named}))


@probe("structured-output.guided-json", claims="structured-output.guided-json")
def guided_json(call: RequestBuilder) -> Steps:
    """The same schema as an object, and as JSON text."""
    yield from _each(call, _ask(call, guided_json=_schema(call)))
    yield from patiently(_ask(call, guided_json=json.dumps(_schema(call))))


@probe("structured-output.whitespace", claims="structured-output.whitespace")
def whitespace(call: RequestBuilder) -> Steps:
    """A schema, and nothing but a tab between its tokens: an empty pattern may be read as none."""
    yield from _each(call, _ask(call, guided_json=_schema(call), guided_whitespace_pattern=TABS))


@probe("structured-output.guided-choice", claims="structured-output.guided-choice")
def guided_choice(call: RequestBuilder) -> Steps:
    """A choice of two words that mean nothing."""
    yield from patiently(_ask(call, guided_choice=[call.token("one", 8), call.token("two", 8)]))


@probe("structured-output.guided-regex", claims="structured-output.guided-regex")
def guided_regex(call: RequestBuilder) -> Steps:
    """A short code."""
    yield from _each(call, _ask(call, guided_regex="[A-F]{3}-[0-9]{4}"))


@probe("structured-output.guided-grammar", claims="structured-output.guided-grammar")
def guided_grammar(call: RequestBuilder) -> Steps:
    """A grammar of one rule, in the EBNF that engines share."""
    grammar = f'root ::= "{call.token("left", 8)}" | "{call.token("right", 8)}"'
    yield from _each(call, _ask(call, guided_grammar=grammar))


@probe("structured-output.structural-tag", claims="structured-output.structural-tag")
def structural_tag(call: RequestBuilder) -> Steps:
    """A tag that begins with the letter e, so that hardly a text can do without it."""
    tag = {"begin": "e", "schema": {"type": "string", "enum": ["ja", "nein"]}, "end": "!"}
    tags = json.dumps({"type": "structural_tag", "structures": [tag], "triggers": ["e"]})
    yield from _each(call, _ask(call, structural_tag=tags))


@probe("structured-output.streamed", claims="structured-output.guided-choice")
def streamed(call: RequestBuilder) -> Steps:
    """A streamed choice of two words in which each character takes several bytes."""
    for form in call.streamed(_ask(call, guided_choice=["灯台は建物です", "маяк — это здание 🗼"])):
        yield from patiently(form)


@probe("structured-output.schema-missing", claims="structured-output")
def schema_missing(call: RequestBuilder) -> Steps:
    """A schema as the response format, without the schema."""
    yield _ask(call, response_format={"type": "json_schema"})
    yield _ask(call, response_format={"type": "json_schema", "json_schema": {"name": "answer"}})


@probe("structured-output.exclusive", claims="structured-output")
def exclusive(call: RequestBuilder) -> Steps:
    """A choice and a pattern that none of its words matches."""
    yield _ask(call, guided_choice=["ja", "nein"], guided_regex="[0-9]{4}")


@probe("structured-output.invalid", claims="structured-output")
def invalid(call: RequestBuilder) -> Steps:
    """Constraints that are none."""
    yield _ask(call, response_format={"type": "xml"})
    yield _ask(call, response_format={"type": "json_schema", "json_schema": {"schema": _schema(call)}})
    yield _ask(call, response_format={"type": "json_schema", "json_schema": {"name": "answer", "strict": "banana"}})
    yield _ask(call, response_format={"type": "json_schema", "json_schema": {"name": "answer", "description": 7}})
    yield _ask(call, response_format={"type": "structural_tag", "triggers": []})
    yield _ask(call, response_format={"type": "structural_tag", "structures": []})
    for tag in ({"begin": "e"}, {"end": "e"}, {"begin": "e", "end": "e", "schema": "none"}):
        yield _ask(call, response_format={"type": "structural_tag", "structures": [tag], "triggers": ["e"]})
    yield _ask(call, guided_choice="ja")
