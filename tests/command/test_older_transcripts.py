"""A transcript of an older release is judged for good: format 1, recorded by commit f2a61c1 from the mock of that day.

`inferproof certify --quick --only 'chat.usage.*' --only 'errors.invalid.*' --only 'tools.call.*'
--only 'legacy.stream.*' --report .` made it. It cannot be made again, and is not to be: what it proves is that later
releases read what is out there.
"""

from __future__ import annotations

import re
from pathlib import Path

from inferproof.certify.certify import judged
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof.wire.transcript import read
from tests.command.running import inferproof

RECORDED = Path(__file__).parents[1] / "transcripts" / "format-1.f2a61c1.jsonl.gz"


def test_an_older_transcript_gets_the_verdict_that_it_got(contract: Contract) -> None:
    result = judged(contract, read(RECORDED))
    assert result.counts == {outcome.value: 30 if outcome is Outcome.PASS else 0 for outcome in Outcome}
    assert result.requests == 484


def test_the_command_says_that_the_contract_has_moved(tmp_path: Path) -> None:
    done = inferproof("judge", str(RECORDED), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the contract has moved since this was recorded" in done.stderr
    assert re.search(r"conformant in 30 of \d+ requirements", done.stdout)
