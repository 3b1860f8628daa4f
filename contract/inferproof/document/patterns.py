"""Regular expressions that a stranger wrote: bounded in size, and matched in linear time.

Python's `re` goes back and tries another way, so that `(?:|){40}x` keeps it busy for longer than anybody lives, and it
holds the interpreter meanwhile: no deadline and no signal is heard. An expression from a request, a reply, a transcript
or somebody's document is therefore never given to it. The engine of jsonschema-rs looks at each character once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jsonschema_rs

MOST = 10_000
"""Characters of an expression with its repeats written out, `[ab]{3}` being three. Above, one step of a decoder that
follows it takes more than 30 ms (llguidance 1.9, measured in 2026)."""

MOST_TOGETHER = 30_000
"""The same for all expressions of one request: 750 of the kind that knows a UUID."""

MOST_WORK = 10**8
"""Size of an expression times characters of a text: 3 s where the engine is at its slowest (measured in 2026)."""

MOST_STEPS = 100_000
"""Steps back that an expression of the contract may take on one text, if it is none that can do without: some 12 ms."""

_PARTS = re.compile(
    r"""
      (?P<around> \(\?<?[=!] )
    | (?P<back>   \\(?:[1-9]|k<) )
    | (?P<escape> \\(?:[pPux]\{[^{}]*\}|.) )
    | (?P<set>    \[\^?(?:[^\]\\]|\\.)*+\]? )
    | (?P<open>   \(\?? )
    | (?P<close>  \) )
    | (?P<count>  \{[^{}]*\} )
    | (?P<other>  . )
    """,
    re.DOTALL | re.VERBOSE,
)

_DEEPEST = 250
"""Levels of groups that the engine reads."""

_VERBOSE = re.compile(r"\(\?[a-zA-Z]*x")
"""A mode in which a bracket may be part of a comment."""

# What every engine reads alike on printable ASCII: literals, escapes but for `\<`, sets without sets in them, groups,
# repeats but for those that keep what they have.
_COMMON = re.compile(
    r"""
    (?: [^\\\[\](){}?*+|^$]
      | \\(?: [dDwWsSbBnrtfv] | [!-/:;=?@\[-`{-~] | x[0-9a-fA-F]{2} | u[0-9a-fA-F]{4} )
      | \[\^? (?: [^\\\[\]&~-] | &(?!&) | ~(?!~) | -(?!-) | \\(?:[dDwWsSnrtfv]|[!-/:;=?@\[-`{-~]) )++ \]
      | [|^$] | \( (?: \?: | \?i\) | (?!\?) ) | \)
      | (?: [?*+] | \{[0-9]+(?:,[0-9]*)?\} ) \?? (?![?*+{])
    )*+
    """,
    re.VERBOSE,
)
_DEPENDS_ON_TEXT = re.compile(r"\\[dDwWsSbB]|[.$]|\(\?i")


class BadPattern(ValueError):
    """The expression cannot be matched here; the text says why, as the end of a sentence that begins with it."""


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the text, as JSON Schema has it. Raises BadPattern."""
    validator, size = _linear(pattern)
    if size * len(text) > MOST_WORK:
        raise BadPattern("is too large for so long a text")
    # Half of a surrogate pair, for which Rust has no string, is as good as any other odd character.
    return bool(validator.is_valid(text.encode("utf-8", "replace").decode()))


def matches_whole(pattern: str, text: str) -> bool:
    """Whether the text as a whole matches. Raises BadPattern."""
    _linear(pattern)  # or a bracket too many would pair with those around it
    return matches(f"^(?:{pattern})$", text)


def is_expression(text: str) -> bool:
    """Whether it is an expression in ECMAScript's manner, though it may be one that takes more than linear time."""
    import jsonschema_rs

    try:
        validator = jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True, offline=True)
        return bool(validator.is_valid(text))
    except UnicodeEncodeError:
        return False


def agreed(pattern: str, text: str) -> bool | None:
    """Whether it matches; None where that depends on whose engine reads it, or cannot be told. Raises BadPattern."""
    found = matches(pattern, text)
    return found if _read_alike(pattern, text) else None


def agreed_with_steps(pattern: str, text: str) -> bool | None:
    """As `agreed`, for a contract, the expressions of which may look around and refer back: those in so many steps."""
    try:
        return agreed(pattern, text)
    except BadPattern:
        return _with_steps(pattern, text)


def require(schema: Any, length: int) -> None:
    """Raises BadPattern unless each expression of a schema can be run on that many characters."""
    sizes = []
    for pattern in of_schema(schema):
        try:
            sizes.append(_linear(pattern)[1])
        except BadPattern as error:
            raise BadPattern(f"{pattern[:60]!r} {error}") from None
        if sum(sizes) > MOST_TOGETHER or sum(sizes) * length > MOST_WORK:
            raise BadPattern(f"its {len(sizes)} first expressions are too large together")


def weight(pattern: str) -> int:
    """The size of the expression with its repeats written out, roughly, and never less. What is none has one, too."""
    if len(pattern) > MOST:
        return len(pattern)
    if _VERBOSE.search(pattern):
        return len(pattern) * math.prod(_times(count) for count in re.findall(r"\{[^{}]*\}", pattern))
    sums, last = [0], 0
    for part in _PARTS.finditer(pattern):
        kind = part.lastgroup
        if kind == "open" or kind == "around":
            sums.append(0)
        elif kind == "close" and len(sums) > 1:
            last = max(1, sums.pop())
            sums[-1] += last
        elif kind == "count":
            times = _times(part[0])
            sums[-1] += last * (times - 1)
            last *= times
        else:
            last = 1
            sums[-1] += 1
    return max(len(pattern), sum(sums))


def of_schema(schema: Any) -> Iterator[str]:
    """The expressions anywhere in a schema, or in what has schemas in it."""
    for node in _objects(schema):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
    yield from properties_of(schema)


def properties_of(schema: Any) -> Iterator[str]:
    """Those that `patternProperties` has."""
    for node in _objects(schema):
        if isinstance(node.get("patternProperties"), dict):
            yield from node["patternProperties"]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Each object in a value, however deep it is."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += node.values()


@lru_cache(maxsize=256)
def _linear(pattern: str) -> tuple[jsonschema_rs.Validator, int]:
    """What looks for it, and its size. Raises BadPattern."""
    import jsonschema_rs

    size = weight(pattern)
    if size > MOST:
        raise BadPattern(f"comes to {size} characters with its repeats written out; {MOST} is the most")
    options = jsonschema_rs.RegexOptions()
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options, offline=True), size
    except ValueError:  # which gives no reason
        raise BadPattern(_reason(pattern)) from None


def _with_steps(pattern: str, text: str) -> bool | None:
    import jsonschema_rs

    limited = jsonschema_rs.FancyRegexOptions(backtrack_limit=MOST_STEPS)
    try:
        validator = jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=limited, offline=True)
        errors = list(validator.iter_errors(text))
    except ValueError:
        return None
    if any(not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Pattern) for error in errors):
        return None
    return not errors


def _reason(pattern: str) -> str:
    depth = 0
    for part in _PARTS.finditer(pattern):
        if part.lastgroup == "around":
            return "looks ahead or behind, which takes no linear time: say it without"
        if part.lastgroup == "back":
            return "refers back to a group, which takes no linear time: say it without"
        if part.lastgroup == "set" and not part[0].endswith("]"):
            return f"has a set that is not closed, at {part.start()}"
        depth += (part.lastgroup == "open") - (part.lastgroup == "close")
        if depth < 0:
            return f"has a parenthesis that is not open, at {part.start()}"
        if depth > _DEEPEST:
            return f"has groups in more than {_DEEPEST} levels"
    return "has a parenthesis that is not closed" if depth else "is no regular expression as JSON Schema has them"


def _read_alike(pattern: str, text: str) -> bool:
    """Whether Python, ECMAScript and the linear engines read the pattern alike on this text."""
    if not _COMMON.fullmatch(pattern):
        return False
    return (text.isascii() and text.isprintable()) or not _DEPENDS_ON_TEXT.search(pattern)


def _times(count: str) -> int:
    """How often `{2,5}` repeats at most."""
    return max(1, *(int(f"0{digits}"[-12:]) if len(digits) < 12 else 10**12 for digits in re.split("[^0-9]+", count)))
