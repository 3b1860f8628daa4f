"""`inferproof init` writes a target file that `inferproof certify` can read at once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from inferproof.certify.certify import Certification, Progress
from inferproof.certify.first_look import first_look
from inferproof.certify.first_target_file import in_brief, target_file
from inferproof.certify.target import Target, UsageError, contract_in, read_target_file, target_from
from inferproof.document import Contract
from inferproof.front.serve import running
from inferproof.judge.capabilities import CAPABILITIES
from inferproof.judge.judge import Outcome
from inferproof_mock.server import DEFAULT_KEY
from tests.proof.findings.verdicts.first_run import OWN_NAME, of_openai


def test_what_it_writes_can_be_read_and_claims_everything(
    certification: Certification, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFERPROOF_API_KEY", "sk-0123456789")
    path = tmp_path / "inferproof.toml"
    path.write_text(target_file(certification, "INFERPROOF_API_KEY"), encoding="utf-8")
    target = target_from(read_target_file(path))
    assert target.url == certification.result.target["url"]
    assert target.declined == {}
    text = path.read_text(encoding="utf-8")
    assert all(re.search(rf"[ #]{re.escape(name)}(,|:|$)", text, re.MULTILINE) for name in CAPABILITIES)
    assert "discovery lists: " in text
    assert len(text.splitlines()) < 40


def test_what_was_not_seen_whole_is_said_with_a_line_to_give_it_up(certification: Certification) -> None:
    judgements = tuple(
        replace(each, outcome=Outcome.NOT_VERIFIED, reason="it was never called")
        if each.requirement.claims == "tools.auto"
        else each
        for each in certification.result.judgements
    )
    seen = replace(certification, result=replace(certification.result, judgements=judgements))
    text = target_file(seen, None)
    assert "#   could not tell: it was never called" in text
    assert '# "tools.auto" = "why this server does not offer it"' in text
    assert in_brief(seen).endswith("1 to look at: tools.auto")
    assert in_brief(seen).startswith(f"chat model {certification.result.target['models']['chat']}, embedding model ")


def test_what_is_not_there_is_proposed_and_the_core_never_is(certification: Certification) -> None:
    """A whole profile in one line, also where it has an operation and nothing of it holds."""
    failing = {"core", "tools"}
    judgements = tuple(
        replace(each, outcome=Outcome.FAIL)
        if each.requirement.profile == "tools" or each.requirement.id == "chat.reply.id"
        else each
        for each in certification.result.judgements
    )
    target = certification.result.target | {"declined": {"embeddings": "404: /v1/embeddings is not there"}}
    seen = replace(certification, result=replace(certification.result, judgements=judgements, target=target))
    text = target_file(seen, None, "inflection")
    assert 'contract = "inflection"' in text
    assert '# "embeddings" = "404: /v1/embeddings is not there"' in text
    assert "\nembedding = " not in text
    proposed = re.findall(r'^# "([a-z.-]+)" =', text, re.MULTILINE)
    assert proposed == ["embeddings", "tools"]
    assert "#   it cannot be given up" in text
    assert in_brief(seen).endswith(f"not there: embeddings, {len(failing)} to look at: core, tools")


def test_a_contract_that_the_file_names_is_the_one_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "inferproof.toml"
    assert contract_in(path) is None
    path.write_text('contract = "io-intelligence"', encoding="utf-8")
    assert contract_in(path) == "io-intelligence"
    assert read_target_file(path) == {"contract": "io-intelligence"}
    path.write_text("contract = 7", encoding="utf-8")
    assert contract_in(path) is None
    with pytest.raises(UsageError, match="contract must be a string"):
        read_target_file(path)


def test_a_server_of_chat_alone_is_looked_at_with_the_model_that_it_lists(contract: Contract) -> None:
    with running(of_openai()(contract)) as url:
        seen = first_look(contract, Target(url, key=DEFAULT_KEY), Progress())
    assert seen.result.target["models"]["chat"] == OWN_NAME
    assert set(seen.result.target["declined"]) == {
        "core.openai-path",
        "attributes",
        "embeddings",
        "discovery",
        "legacy",
    }
    assert seen.result.having(Outcome.FAIL) == []
    assert not [each for each in seen.result.judgements if each.requirement.claims == "core"]
