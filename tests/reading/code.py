"""The key to `code.md`: for each question, by its number, the files that a good answer names.

`python -m tests.reading.code` prints it. An answer is good where it names all of them; a neighbour of the right file,
in the right folder, is half an answer. A folder ends in `/`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

SHEET = Path(__file__).parent / "code.md"

RIGHT: Mapping[int, tuple[str, ...]] = {
    1: ("contract/inferproof/requirements/usage.py", "tests/proof/mutants/usage.py", "tests/proof/legal_servers/"),
    2: ("contract/inferproof/probes/usage.py",),
    3: ("openapi/", "docs/your-contract.md"),
    4: ("openapi/inflection/corrections.yaml", "openapi/inflection/requirements.lock"),
    5: ("mocks/inferproof_mock/habits/busy.py", "docs/habits.md"),
    6: ("contract/inferproof/certify/result.py", "docs/versions.md"),
    7: ("contract/inferproof/reports/summary.py", "contract/inferproof/certify/causes.py"),
    8: ("contract/inferproof/certify/result.py", "contract/inferproof/judge/judge.py"),
    9: ("contract/inferproof/wire/transcript.py", "tests/command/test_older_transcripts.py", "docs/versions.md"),
    10: ("contract/inferproof/wire/redact.py", "tests/proof/hostile/test_secrets.py"),
    11: ("contract/inferproof/certify/target.py", "docs/target-file.md"),
    12: ("reference_impl/inferproof_reference/fields.py",),
}


def main() -> int:
    for number, files in RIGHT.items():
        print(f"{number}. {', '.join(files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
