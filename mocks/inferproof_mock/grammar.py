"""Constraints of a reply as grammars, and the matcher that keeps the decoder inside one."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
import llguidance
from llguidance import LLMatcher, LLParserLimits, StructTag
from llguidance.gbnf_to_lark import any_to_lark

from inferproof.document import patterns
from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]


_LIMITS = LLParserLimits(initial_lexer_fuel=100_000, step_lexer_fuel=20_000, max_lexer_states=20_000)
"""A tenth of what llguidance 1.9 allows: no token costs more than 0.1 s (measured in 2026)."""


class Unsupported(Exception):
    """The grammar engine cannot read or express this, or not within its limits; the text says why."""


class Matcher:
    """Follows one reply through a grammar."""

    def __init__(self, matcher: LLMatcher) -> None:
        self._matcher = matcher

    def allowed(self) -> int:
        """The set of tokens that may come next, with the end token where the text is complete. Raises Unsupported."""
        allowed = int.from_bytes(self._matcher.compute_bitmask(), "little")
        if self._matcher.is_error():  # and else the text would end here, as if it were complete
            raise Unsupported(f"it takes too much work to follow ({_reason(self._matcher.get_error())})")
        return allowed

    def advance(self, token: int) -> None:
        self._matcher.consume_token(token)

    def copy(self) -> Matcher:
        """Another reply at the same place."""
        return Matcher(self._matcher.deep_copy())


def compiled(grammar: str) -> Matcher:
    """Raises Unsupported."""
    matcher = LLMatcher(_tokenizer(), grammar, log_level=0, limits=_LIMITS)
    if matcher.is_error():
        raise Unsupported(_reason(matcher.get_error()))
    return Matcher(matcher)


def _reason(error: str) -> str:
    """What is wrong, in one line; of a regular expression the engine says it after a picture of it."""
    lines = error.strip().splitlines() or ["the engine does not say why"]
    words = next((line.removeprefix("error: ") for line in lines if line.startswith("error: ")), lines[0])
    return words if len(words) <= 200 else f"{words[:199]}…"


def of_schema(schema: Any, whitespace: str | None) -> str:
    """`whitespace` is the pattern of what may stand between two lexemes; None leaves it to the engine."""
    text = json.dumps(schema)
    if whitespace is None:
        return LLMatcher.grammar_from_json_schema(text)
    if not whitespace:
        return LLMatcher.grammar_from_json_schema(text, overrides={"whitespace_flexible": False})
    return LLMatcher.grammar_from_json_schema(text, overrides={"whitespace_pattern": whitespace})


def of_regex(pattern: str) -> str:
    """The whole text matches the pattern."""
    return LLMatcher.grammar_from_regex(pattern)


def of_texts(texts: list[str]) -> str:
    """The text is one of these."""
    return LLMatcher.grammar_from_lark("start: " + " | ".join(json.dumps(text) for text in texts))


def of_grammar(text: str) -> str:
    """GBNF (`root ::= …`) or Lark (`start: …`). Raises Unsupported."""
    if "::=" not in text:
        # A leading `?` shapes Lark's parse tree and says nothing about the text.
        return LLMatcher.grammar_from_lark(re.sub(r"^\?(?=\w+\s*:)", "", text, flags=re.MULTILINE))
    try:
        return LLMatcher.grammar_from_lark(any_to_lark(text))
    except Exception as error:
        raise Unsupported(str(error)) from None


def of_tags(structures: list[Json], triggers: list[str]) -> str:
    """Free text in which every trigger opens one of the tags. Raises Unsupported."""
    tags = []
    for structure in structures:
        begin = structure["begin"]
        trigger = next((one for one in triggers if one and begin.startswith(one)), None)
        if trigger is None:
            raise Unsupported(f"no trigger is the beginning of {begin!r}")
        schema = structure.get("schema")
        tags.append(StructTag(trigger=trigger, begin=begin, grammar=schema or {}, end=structure["end"]))
    if not tags:
        raise Unsupported("there is no structure")
    return StructTag.to_grammar(tags, assume_special=False)


def valid_of(schema: Any, instances: list[Any]) -> list[Any]:
    """Those that are valid, by a validator that knows all of JSON Schema. Raises Unsupported."""
    try:
        patterns.require(schema, max((len(json.dumps(one)) for one in instances), default=0))
        options = jsonschema_rs.RegexOptions()  # which never steps back
        validator = jsonschema_rs.validator_for(schema, offline=True, pattern_options=options)
        return [one for one in instances if validator.is_valid(one)]
    except patterns.BadPattern as error:
        raise Unsupported(str(error)) from None
    except ValueError as error:
        raise Unsupported(f"it is no valid JSON Schema: {_reason(str(error))}") from None


class _Tokens:
    """The vocabulary, in the form that llguidance asks for."""

    eos_token_id = VOCABULARY.end
    bos_token_id = None
    tokens = VOCABULARY.pieces
    special_token_ids = sorted(VOCABULARY.specials)

    def __call__(self, data: bytes) -> list[int]:
        return VOCABULARY.encode_bytes(data)


@cache
def _tokenizer() -> llguidance.LLTokenizer:
    return llguidance.LLTokenizer(llguidance.TokenizerWrapper(_Tokens()))
