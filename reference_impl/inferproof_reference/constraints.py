"""Constraints of the text: `guided_*` and `structural_tag` of the contract as `structured_outputs` of vLLM 0.32."""

from __future__ import annotations

import json
import re
from typing import Any

from inferproof.front.backend import Json, Refusal

# Member of a request to member of `structured_outputs`.
CONSTRAINTS = {
    "guided_json": "json",
    "guided_regex": "regex",
    "guided_choice": "choice",
    "guided_grammar": "grammar",
    "structural_tag": "structural_tag",
}

NEEDS_GUIDANCE = (
    "The engine does not obey whitespace patterns. Leave this out, or start vLLM with "
    "--structured-outputs-config.backend=guidance and this server with --guidance."
)


def structured_outputs(given: Json, *, guidance: bool) -> Json | None:
    """What vLLM is to obey, beside `response_format`; None where the text is free.

    `guidance` says whether its engine decodes with guidance, which alone knows whitespace patterns.
    Raises Refusal 422 for two constraints at once, and for a whitespace pattern that is none or cannot be obeyed.
    """
    asked = [name for name in CONSTRAINTS if name in given]
    form = given.get("response_format", {}).get("type", "text")
    if len(asked) + (form != "text") > 1:
        both = " and ".join(f"`{name}`" for name in [*asked, "response_format"][:2])
        raise _refused(asked[0], f"One reply can follow one constraint, and {both} are given.")
    whitespace = given.get("guided_whitespace_pattern")
    if not asked:
        return None
    [name] = asked
    if name == "guided_json":
        schema = _schema(given[name])
        if whitespace is None:
            return {"json": schema}
        if not guidance:
            raise _refused("guided_whitespace_pattern", NEEDS_GUIDANCE)
        return {"grammar": _grammar(schema, whitespace)}
    return {CONSTRAINTS[name]: given[name]}


def _schema(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        schema = json.loads(value)
    except ValueError as error:
        raise _refused("guided_json", f"`guided_json` is no JSON: {error}.") from None
    if not isinstance(schema, dict):
        raise _refused("guided_json", "`guided_json` has to be a JSON Schema, which is an object.")
    return schema


def _grammar(schema: Json, whitespace: str) -> str:
    """The schema with a pattern of what may stand between its lexemes, as a grammar of llguidance.

    vLLM 0.32 reads `whitespace_pattern` and leaves it at that. The directive in the first line is there for an engine
    that was started otherwise than we were told: xgrammar 0.2.8 refuses it, and would ignore `x-guidance`.
    """
    if not whitespace:
        options: Json = {"whitespace_flexible": False}
    else:
        try:
            re.compile(whitespace)
        except re.error as error:
            raise _refused("guided_whitespace_pattern", f"This is no regular expression: {error}.") from None
        options = {"whitespace_pattern": whitespace}
    return "%llguidance {}\nstart: %json " + json.dumps({**schema, "x-guidance": options})


def _refused(name: str, message: str) -> Refusal:
    return Refusal(422, message, loc=("body", name))
