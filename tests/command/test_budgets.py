"""`--budget` and `[budget]`: a run that would cost more is not started, and the cure is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferproof_mock.server import DEFAULT_KEY
from tests.command.running import inferproof, refused

TABLE = """
[budget]
requests = 5
"""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("requests", "write it as NAME=NUMBER"),
        ("requests=0", "write it as NAME=NUMBER"),
        ("requests=-5", "write it as NAME=NUMBER"),
        ("requests=many", "write it as NAME=NUMBER"),
        ("money=5", "NAME is requests, tokens or minutes"),
        ("minutes=1" + "0" * 400, "write it as NAME=NUMBER"),
    ],
)
def test_a_budget_that_cannot_be_read_is_refused(given: str, said: str, tmp_path: Path) -> None:
    refused(inferproof("certify", "--budget", given, folder=tmp_path), said)


def test_a_run_that_would_take_more_is_not_started(mock_url: str, tmp_path: Path) -> None:
    key = {"INFERPROOF_API_KEY": DEFAULT_KEY}
    certify = ("certify", mock_url, "--quick", "--only", "sampling.*")
    said = ("where the budget allows 5.", "--only GLOB", "--budget NAME=NUMBER")
    refused(inferproof(*certify, "--budget", "requests=5", folder=tmp_path, env=key), *said)
    (tmp_path / "inferproof.toml").write_text(f'url = "{mock_url}"' + TABLE)
    refused(inferproof(*certify, folder=tmp_path, env=key), *said)
    enough = inferproof(*certify, "--budget", "requests=500", "--budget", "minutes=9.5", folder=tmp_path, env=key)
    assert enough.returncode == 0, enough.stderr


def test_a_budget_in_the_target_file_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "inferproof.toml"
    path.write_text('url = "http://127.0.0.1:9"\n[budget]\nrequests = 0\n')
    refused(inferproof("certify", folder=tmp_path), "budget.requests must be greater than zero")
    path.write_text('url = "http://127.0.0.1:9"\n[budget]\nrequest = 7\n')
    refused(inferproof("certify", folder=tmp_path), "budget.request", "did you mean 'requests'?")
