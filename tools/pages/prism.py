"""Certify Prism and write what it lacks into `docs/prism.md`, between the markers.

tox -e prism-report
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from inferproof.certify.certify import certify
from inferproof.certify.result import Result
from inferproof.certify.target import Limits, Target
from inferproof.document import load
from inferproof.document.prism import for_prism
from inferproof.judge.judge import Judgement, Outcome
from inferproof_mock.prism import Way, serving
from tests.prism.engine import docker_engine
from tests.prism.image import prism_image
from tools.pages.shown import replaced

PAGE = Path(__file__).parents[2] / "docs" / "prism.md"
# Prism answers in milliseconds or, where a body is not JSON (5.16), never.
PATIENCE_S = 5.0


class Group(NamedTuple):
    """Requirements that fail for one cause, and what `inferproof mock` does about it."""

    title: str
    ids: tuple[str, ...]
    instead: str


# The first group whose pattern matches an id has it; the last has the rest.
GROUPS = (
    Group(
        "Keys",
        ("auth.*",),
        "Prism looks only whether there is a bearer key. `inferproof mock` knows its keys (`--api-key`), refuses every "
        "other with the documented 401, and reads the scheme's name in any case, as HTTP says.",
    ),
    Group(
        "Refusals",
        ("errors.*", "*.refuses", "*.refused", "*.unknown"),
        "Prism answers with the first example whatever is wrong, and in its own form where it finds the fault itself. "
        "`inferproof mock` says which member is wrong and why, in the documented body, for every fault.",
    ),
    Group(
        "Streams",
        ("stream.*", "*.stream.*", "stream-*", "*.events.*"),
        "Prism sends JSON where `stream` is true, and the example's text in one piece where the `Accept` header asks "
        "for events. `inferproof mock` streams: chunk by chunk, in time, with usage where it is asked for.",
    ),
    Group(
        "Embeddings",
        ("embeddings.*",),
        "Prism's vectors are the example's, whatever the input. `inferproof mock` answers with one unit vector for "
        "each input, of the size asked for, the same for the same text.",
    ),
    Group(
        "Tools and structured output",
        ("tools.*", "structured-output.*"),
        "Prism calls no tool and fills no schema that a request brings. `inferproof mock` calls the tool that is "
        "named or required, and decodes under the schema, grammar, expression or choice of the request.",
    ),
    Group(
        "Sampling and log probabilities",
        ("sampling.*", "logprobs.*"),
        "Prism reads none of these members. `inferproof mock` has a model, however small: `n`, `stop`, `echo`, seeds "
        "and log probabilities do what they say.",
    ),
    Group(
        "Answers",
        ("*",),
        "Prism's answer is the example, whatever was asked. `inferproof mock` works the request out: an id and a time "
        "of its own, the model that was named, the caps on tokens, the attributes asked for, counted usage.",
    ),
)


def main() -> None:
    with docker_engine(), prism_image() as image:
        result = certified("docker", image)
    page = replaced(PAGE.read_text(encoding="utf-8"), "report", "\n".join(report(result)))
    PAGE.write_text(page, encoding="utf-8")
    print(f"{PAGE}: {result.verdict.value}, {len(result.having(Outcome.FAIL))} requirements fail")


def certified(way: Way, image: str) -> Result:
    """What `inferproof certify` says of Prism."""
    contract = load("inflection")
    with serving(for_prism(contract), port=0, way=way, image=image, log=lambda _line: None) as server:
        return certify(contract, Target(server.url, key="sk-any-key", limits=Limits(patience=PATIENCE_S))).result


def listed(page: str) -> set[str]:
    """The requirements that a page says to fail."""
    return set(re.findall(r"^- `([a-z0-9.-]+)` \(", page, re.MULTILINE))


def report(result: Result) -> Iterator[str]:
    """The lines of the report, in Markdown."""
    failing = result.having(Outcome.FAIL)
    yield f"Verdict: **{result.verdict.value}**. Of {len(result.judgements)} requirements, {len(failing)} fail."
    yield ""
    for group in GROUPS:
        members = [judgement for judgement in failing if _group_of(judgement) is group]
        if members:
            yield from (f"### {group.title}", "", group.instead, "")
            for judgement in sorted(members, key=lambda judgement: judgement.requirement.id):
                requirement = judgement.requirement
                yield f"- `{requirement.id}` ({requirement.level.value}): {requirement.sentence}"
            yield ""


def _group_of(judgement: Judgement) -> Group:
    return next(group for group in GROUPS if any(fnmatchcase(judgement.requirement.id, glob) for glob in group.ids))


if __name__ == "__main__":
    main()
