"""The words in which requirements speak: each says what was expected and what was found, and where."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn

from inferproof.document import Contract, patterns
from inferproof.document.citations import Layer
from inferproof.judge.statuses import CLOSED, ROUTE
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value

LONGEST = 4_000
"""Characters of a finding's words; a hostile reply has millions for each of hundreds of requirements."""


@dataclass(frozen=True)
class Finding:
    """What is wrong: `at` says where in the reply (a JSON pointer, a header, an event)."""

    at: str
    expected: str
    found: str


class CheckFailed(Exception):
    """The requirement does not hold for this exchange."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.at}: expected {finding.expected}, found {finding.found}")
        self.finding = finding


class Check:
    """Verifiers for one contract. The first that does not hold raises Broken."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def fail(self, expected: str, found: Any, *, at: str = "") -> NoReturn:
        if isinstance(found, Value):
            at, found = at or found.at, shown(found.raw)
        words = found if isinstance(found, str) else shown(found)
        raise CheckFailed(Finding(at[:LONGEST], expected[:LONGEST], words[:LONGEST]))

    def that(self, holds: bool, expected: str, found: Any, *, at: str = "") -> None:
        """For what no other verifier says. `expected` completes the sentence 'expected …'."""
        if not holds:
            self.fail(expected, found if isinstance(found, Value) else shown(found), at=at)

    def equal(self, found: Any, expected: Any, *, at: str = "") -> None:
        """Equal in value and in JSON type: `true` is not 1, though 1.0 is."""
        raw = found.raw if isinstance(found, Value) else found
        self.that(
            raw == expected and isinstance(raw, bool) is isinstance(expected, bool), shown(expected), found, at=at
        )

    def one_of(self, found: Any, allowed: Collection[Any], *, at: str = "") -> None:
        raw = found.raw if isinstance(found, Value) else found
        self.that(raw in list(allowed), "one of " + ", ".join(map(shown, allowed)), found, at=at)

    def accepted(self, reply: Subject) -> None:
        """The request was served."""
        self.equal(reply.status, 200, at="status")

    def refused(self, reply: Subject) -> None:
        """The server says that the request is at fault (RFC 9110 §15.5).

        Raises Skip where it has no such operation, be that a 501: it refuses everything, so that nothing was refused.
        """
        if reply.status in ROUTE:
            raise Skip("there is no such operation")
        self.that(400 <= reply.status < 500, "a 4xx", reply.status, at="status")

    def closed(self, reply: Subject) -> None:
        """Nobody is let in, in whatever way that is said: another page, a 4xx, too many tries."""
        self.that(reply.status in CLOSED, "nobody to be let in", reply.status, at="status")

    def accepted_or_refused(self, reply: Subject) -> None:
        """The server knows what it does with the request: it neither fails nor redirects."""
        self.that(reply.status == 200 or 400 <= reply.status < 500, "200 or a 4xx", reply.status, at="status")

    def offered(self, reply: Subject) -> None:
        """The operation is there; whether it served the request is another question."""
        self.that(reply.status not in ROUTE, "an operation", reply.status, at="status")

    def there(self, reply: Subject) -> None:
        """What takes no body is there: not missing, not elsewhere (3xx), not answered without anything (204)."""
        there = reply.status == 200 or (reply.status >= 400 and reply.status not in ROUTE)
        self.that(there, "200", reply.status, at="status")

    def valid_reply(self, reply: Subject, cite: str) -> None:
        """The body is valid by the schema of its operation's reply, as `cite` has it in one of the layers.

        What our corrections allow is allowed, too: they may add a form that servers answer in.
        """
        schema = reply.operation.reply_schema or ""
        if self.contract.validator(schema).violations(reply.body.raw):
            self.valid(reply.body, schema, self.contract.layer(cite))

    def different(self, names: Collection[str]) -> None:
        """No two names are one."""
        self.equal(len(set(names)), len(names), at="different names")

    def valid(self, value: Any, pointer: str, layer: Layer = "published", *, at: str = "") -> None:
        """`value` is valid under the schema at `pointer` of that layer of the contract."""
        if isinstance(value, Value):
            value, at = value.raw, at or value.at
        violations = self.contract.validator(pointer, layer).violations(value)
        if violations:
            first, more = violations[0], len(violations) - 1
            rest = f" (and {more} more)" if more else ""
            self.fail(f"valid by #{pointer}", f"{first.message}{rest}", at=f"{at}{first.at}")

    def fits(self, value: Any, schema: Any, *, at: str = "") -> None:
        """`value` is valid under a schema that the request brought along.

        Raises Skip for one that is none or has expressions that take too long, and where two validators disagree.
        """
        import jsonschema_rs

        try:
            patterns.require(schema, len(json.dumps(value)))
            options = jsonschema_rs.RegexOptions()
            decided = jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=options).is_valid(value)
        except (ValueError, TypeError, RecursionError) as error:
            raise Skip(f"the request's schema is none that can be judged: {error}") from error
        if decided:
            return
        # Where engines read an expression differently, it is wrong only if it is wrong either way.
        wrong = [_first_error(value, schema, doubtful) for doubtful in (True, False)]
        if not all(wrong):
            raise Skip("whether the text obeys the request's schema depends on whose engine reads it")
        self.fail("valid by the request's schema", str(wrong[0]), at=at)


def _first_error(value: Any, schema: Any, doubtful: bool) -> str | None:
    """What is wrong with the value, where an expression matches whenever that is in doubt, or never.

    Raises Skip.
    """
    import jsonschema

    from inferproof.document.linear import linear

    def matches(pattern: str, text: str) -> bool:
        found = patterns.agreed(pattern, text)
        return doubtful if found is None else found

    try:
        validator = linear(jsonschema.Draft202012Validator, matches, schema)(schema)
        return next((error.message for error in validator.iter_errors(value)), None)
    except (ValueError, OverflowError, RecursionError) as error:
        raise Skip(f"one of two validators cannot tell: {error}") from error


def shown(value: Any, limit: int = 160) -> str:
    """A value as JSON, cut where it would fill the screen."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except TypeError:
        text = repr(value)
    except (ValueError, RecursionError):
        text = f"{type(value).__name__}, too large to show"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
