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
    """30 requirements passed then. Those of today may ask more of it, but none may fail."""
    result = judged(contract, read(RECORDED))
    assert result.requests == 484
    assert {each.outcome for each in result.judgements} <= {Outcome.PASS, Outcome.NOT_VERIFIED}
    assert result.counts[Outcome.PASS.value] >= 30
    assert [each.reason for each in result.having(Outcome.NOT_VERIFIED)] == [
        "legacy.both: it takes 3 requests to tell, and 2 are recorded"
    ]


def test_the_command_says_that_the_contract_has_moved(tmp_path: Path) -> None:
    done = inferproof("judge", str(RECORDED), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the contract has moved since this was recorded" in done.stderr
    assert re.search(r"conformant in 3\d of \d+ requirements", done.stdout)
