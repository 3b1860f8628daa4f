"""Certify servers that nobody here wrote, and write what was found, with the bytes, into `docs/foreign.md`.

tox -e foreign-report
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Target
from inferproof.document import load
from inferproof.requirements.judge import Outcome
from tests.foreign.servers import aimock
from tests.pages import failure, replaced, verdict

PAGE = Path(__file__).parents[2] / "docs" / "foreign.md"


def section(found: Certification) -> str:
    """The page's part for one server: the verdict, then each failure with the first exchange that shows it."""
    failed = found.result.having(Outcome.FAIL)
    lines = [verdict(found.result), "", *(line for judgement in failed for line in failure(judgement))]
    return "\n".join(lines)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, aimock(Path(folder)) as url:
        found = certify(load("inflection"), Target(url))
    page = replaced(PAGE.read_text(encoding="utf-8"), "aimock", section(found))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
