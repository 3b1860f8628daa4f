"""Constraints of the text: `guided_*` and `structural_tag` of the contract as `structured_outputs` of vLLM 0.32."""

from __future__ import annotations

from typing import Any

from inferproof.document import patterns
from inferproof.front.backend import Json, Refusal
from inferproof.front.body import embedded

# Member of a request to member of `structured_outputs`.
CONSTRAINTS = {
    "guided_json": "json",
    "guided_regex": "regex",
    "guided_choice": "choice",
    "guided_grammar": "grammar",
    "structural_tag": "structural_tag",
}

COMPACT_ONLY = "The engine writes JSON without whitespace: give a pattern that may match nothing, or none."
NOT_COMPACT = (
    "The engine obeys no whitespace pattern. Leave this out; or start vLLM with "
    "--structured-outputs-config.disable_any_whitespace=true, and this server with --compact-json."
)


def structured_outputs(given: Json, *, compact: bool) -> Json | None:
    """What vLLM is to obey, beside `response_format`; None where the text is free.

    `compact` says whether the engine was told to write JSON without whitespace.
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
        if whitespace is not None:
            _require_obeyed(whitespace, compact)
        return {"json": _schema(given[name])}
    return {CONSTRAINTS[name]: given[name]}


def _schema(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        schema = embedded(value)
    except ValueError as error:
        raise _refused("guided_json", f"`guided_json` is no JSON: {error}.") from None
    if not isinstance(schema, dict):
        raise _refused("guided_json", "`guided_json` has to be a JSON Schema, which is an object.")
    return schema


def _require_obeyed(whitespace: str, compact: bool) -> None:
    """Raises Refusal 422, unless the engine writes compact JSON and the pattern allows it.

    vLLM 0.32 reads `whitespace_pattern` and leaves it at that, so one engine has one way of writing JSON.
    """
    try:
        optional = patterns.matches_whole(whitespace, "")
    except patterns.BadPattern as error:
        message = f"This pattern {error}."
    else:
        if compact and optional:
            return
        message = COMPACT_ONLY if compact else NOT_COMPACT
    raise _refused("guided_whitespace_pattern", message)


def _refused(name: str, message: str) -> Refusal:
    return Refusal(422, message, loc=("body", name))
