"""Keys in several headers, and keys of several kinds: what is sent, what is held against a server, and what is not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from inferproof.certify.certify import Certification, call_with, certify
from inferproof.certify.credentials import announced, authorized
from inferproof.certify.dry_run import dry_run
from inferproof.certify.first_target_file import target_file as written_for
from inferproof.certify.plan import plan
from inferproof.certify.replay import from_transcript, replayed
from inferproof.certify.result import Verdict
from inferproof.certify.target import GivenKey, Target, UsageError, read_target_file, target_file, target_from
from inferproof.certify.ways import settled
from inferproof.cli import main
from inferproof.document import Contract, load
from inferproof.front.serve import running
from inferproof.judge.capabilities import own
from inferproof.judge.judge import Judgement, Outcome
from inferproof.judge.keys import KEY, own_key
from inferproof.judge.requirement import MUST, held
from inferproof.reports.curl import curl
from inferproof.reports.files import write_report
from inferproof.wire.exchange import Request
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.conftest import contract_of
from tests.keys import EXHAUSTED, OTHER_MODEL, RESTRICTED, REVOKED, holding_keys, with_keys
from tests.packs import SMALL
from tests.packs.gateways import CASES, Decides, behind, only

PACK = "io-intelligence"
OF_SEVERAL = ["auth.alternative.accepted", "auth.several.agreeing", "auth.several.order", "auth.several.everywhere"]
SEVERAL = ("auth.alternative", "auth.agreeing", "auth.several", "keys.")


@pytest.fixture(scope="module")
def pack() -> Contract:
    return contract_of(PACK)


@pytest.fixture(scope="module")
def url(pack: Contract) -> Iterator[str]:
    with running(holding_keys(pack)) as address:
        yield address


def judged(found: Certification) -> dict[str, Judgement]:
    return {each.requirement.id: each for each in found.result.judgements}


def outcomes(found: Certification, *ids: str) -> set[Outcome]:
    return {judged(found)[id].outcome for id in ids}


@pytest.mark.parametrize(("decides", "caught_by"), CASES.values(), ids=list(CASES))
def test_a_gateway_is_caught_by_what_it_breaks_and_by_nothing_else(
    decides: Decides, caught_by: tuple[str, ...], pack: Contract
) -> None:
    with running(behind(mock(pack), decides)) as address:
        found = certify(pack, replace(with_keys(pack, address), other_keys={}), only=["auth.*"])
    failed = {each.requirement.id for each in found.result.having(Outcome.FAIL)}
    assert failed == set(caught_by)


BREAKS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "all kinds are held": ({}, ()),
    "a revoked key opens": ({"keys": (DEFAULT_KEY, REVOKED), "revoked": ()}, ("keys.revoked.refused",)),
    "a restricted key opens every model": (
        {"keys": (DEFAULT_KEY, RESTRICTED), "restricted": {"sk-local-another-restricted": OTHER_MODEL}},
        ("keys.restricted.refused",),
    ),
    "a restricted key opens no model": (
        {"restricted": {RESTRICTED: "a-third-model", "sk-local-another-restricted": OTHER_MODEL}},
        ("keys.restricted.other-model",),
    ),
    "a spent key opens": ({"keys": (DEFAULT_KEY, EXHAUSTED), "exhausted": ()}, ("keys.exhausted.refused",)),
    "a spent key is unknown": ({"exhausted": ()}, ("keys.exhausted.refused",)),
}


@pytest.mark.parametrize(("changes", "caught_by"), BREAKS.values(), ids=list(BREAKS))
def test_a_server_that_takes_keys_of_one_kind_for_another_is_caught(
    changes: dict[str, Any], caught_by: tuple[str, ...], pack: Contract
) -> None:
    held: dict[str, Any] = {"revoked": (REVOKED,), "restricted": {RESTRICTED: OTHER_MODEL}, "exhausted": (EXHAUSTED,)}
    with running(mock(pack, **(held | changes))) as address:
        found = certify(pack, with_keys(pack, address), only=["keys.*.*"])
    assert {each.requirement.id for each in found.result.having(Outcome.FAIL)} == set(caught_by)


def test_a_spent_key_is_not_asked_again(pack: Contract, url: str) -> None:
    found = certify(pack, with_keys(pack, url), only=["keys.exhausted.refused"])
    assert found.result.requests == 1


def test_without_keys_of_other_kinds_a_certificate_is_as_good(pack: Contract, url: str) -> None:
    target = replace(with_keys(pack, url), other_keys={})
    found = certify(pack, target, only=["auth.*", "keys.*"], strict=True)
    mine = [each for each in found.result.judgements if each.requirement.id.startswith("keys.")]
    assert {each.outcome for each in mine} == {Outcome.NOT_APPLICABLE}
    assert "no revoked key is given, in [keys] of the target file" in judged(found)["keys.revoked.refused"].reason
    assert found.result.verdict is Verdict.CONFORMANT


def test_what_is_asked_with_a_key_that_nobody_gave_is_not_sent_and_not_verified(pack: Contract, url: str) -> None:
    found = certify(pack, Target(url, key=DEFAULT_KEY), only=["auth.*", "errors.invalid.status"])
    assert found.result.having(Outcome.FAIL) == []
    assert outcomes(found, "auth.wrong.refused", "auth.empty.refused", "auth.several.order") == {Outcome.PASS}
    for id, header in (("auth.alternative.accepted", "x-api-key"), ("auth.several.agreeing", "x-api-key")):
        assert judged(found)[id].outcome is Outcome.NOT_VERIFIED
        assert f"no key is given for the header {header}" in judged(found)[id].reason
    assert found.result.verdict is Verdict.CONFORMANT
    asked = [
        each for each in found.transcript.exchanges if each.probe.startswith(("auth.alternative", "auth.agreeing"))
    ]
    assert {each.fault.kind for each in asked if each.fault} == {"withheld"}
    secured = [each for each in pack.operations if each.secured]
    assert [each.reply for each in asked] == [None] * 4 * len(secured), "two other headers, alone and beside the key"


def test_a_key_goes_into_no_header_that_nobody_named(pack: Contract, url: str) -> None:
    target = settled(pack, Target(url, key=DEFAULT_KEY))
    for each in pack.ways[1:]:
        request = Request("GET", "/", ((each.header, each.value(own_key(each))),))
        assert DEFAULT_KEY not in repr(authorized(request, target).headers)


@pytest.mark.parametrize(
    ("way", "declined"), [("authorization", ("x-api-key", "token")), ("x-api-key", ("bearer", "token"))]
)
def test_a_server_that_knows_one_header_gives_the_others_up(
    way: str, declined: tuple[str, ...], pack: Contract
) -> None:
    with running(behind(mock(pack), only(way))) as address:
        target = Target(address, key=DEFAULT_KEY, declined={f"auth.{kind}": "not built" for kind in declined})
        found = certify(pack, target, only=["auth.*", "errors.body.shape"], strict=True)
    failed = {each.requirement.id for each in found.result.having(Outcome.FAIL)}
    assert failed == set()
    assert found.result.having(Outcome.NOT_VERIFIED) == []
    assert outcomes(found, *OF_SEVERAL) == {Outcome.NOT_APPLICABLE}
    of_bearers = outcomes(found, "auth.scheme.refused", "auth.scheme.case", "auth.challenge")
    assert of_bearers == {Outcome.NOT_APPLICABLE if "bearer" in declined else Outcome.PASS}
    assert judged(found)["auth.several.order"].reason == "auth: not built"
    sent = {name.lower() for each in found.transcript.exchanges for name, _ in each.request.headers}
    assert sent & {"authorization", "x-api-key", "token"} <= {way, "authorization"}


def test_one_alternative_that_is_given_up_is_not_sent(pack: Contract, url: str) -> None:
    target = replace(with_keys(pack, url), declined={"auth.token": "this build has no JWTs"})
    found = certify(pack, target, only=["auth.*"])
    assert outcomes(found, *OF_SEVERAL) == {Outcome.PASS}
    assert not [each for each in found.transcript.exchanges if each.request.header("token") is not None]


@pytest.mark.parametrize("header", ["x-api-key", "X-API-Key", "token", "Authorization", "bearer"])
def test_the_user_chooses_the_header(header: str, pack: Contract, url: str) -> None:
    target = replace(with_keys(pack, url), header=header)
    found = certify(pack, target, only=["auth.*", "chat.reply.schema"])
    assert found.result.having(Outcome.FAIL) == found.result.having(Outcome.NOT_VERIFIED) == []
    ordinary = [each for each in found.transcript.exchanges if not each.probe.startswith(("auth.", "keys."))]
    name = "authorization" if header == "bearer" else header
    assert ordinary
    assert all(KEY in (each.request.header(name) or "") for each in ordinary)


def test_an_unknown_header_is_refused_with_those_that_there_are(pack: Contract, url: str) -> None:
    with pytest.raises(
        UsageError, match=r"'apikey' is no header for a key of io-intelligence; .*: Authorization, x-api-key, token"
    ):
        certify(pack, Target(url, key=DEFAULT_KEY, header="apikey"))
    done = CliRunner().invoke(main, ["certify", url, "--contract", PACK, "--key-header", "apikey"])
    assert done.exit_code == 2
    assert "Authorization, x-api-key, token" in done.output


def test_a_key_that_is_refused_may_be_in_the_wrong_header(pack: Contract) -> None:
    with running(behind(mock(pack), only("token"))) as address, pytest.raises(UsageError) as refused:
        certify(pack, Target(address, key=DEFAULT_KEY, header="x-api-key"))
    assert "that it goes into x-api-key: --key-header takes Authorization or token, too" in str(refused.value)


def test_init_writes_the_header_and_asks_for_no_other_keys(pack: Contract, url: str) -> None:
    found = certify(pack, replace(with_keys(pack, url), other_keys={}, header="x-api-key"), only=["auth.*", "keys.*"])
    text = written_for(found, "MY_SDK_KEY")
    assert '[credentials]\nheader = "x-api-key"\n' in text
    assert "keys.revoked" in text
    assert '"keys.revoked" =' not in text


def test_a_header_that_is_given_up_cannot_be_chosen(pack: Contract, url: str) -> None:
    with pytest.raises(UsageError, match="declines the header token"):
        settled(pack, Target(url, header="token", declined={"auth.token": "none"}))
    with pytest.raises(UsageError, match="no way in is left"):
        settled(pack, Target(url, declined={f"auth.{each.kind}": "none" for each in pack.ways}))


def test_the_restricted_keys_model_is_another_than_the_runs(pack: Contract, url: str) -> None:
    target = replace(with_keys(pack, url), chat_model=OTHER_MODEL)
    with pytest.raises(
        UsageError, match=r"keys\.restricted\.model is 'a-model-for-restricted-keys', the model of the run"
    ):
        certify(pack, target, only=["keys.*"])


FILE = """
url = "http://127.0.0.1:1"
[credentials]
header = "x-api-key"
[credentials.token]
env = "MY_JWT"
[keys]
revoked = {env = "MY_REVOKED"}
restricted = {env = "MY_RESTRICTED", model = "small"}
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    for name in ("INFERPROOF_API_KEY", "MY_JWT", "MY_REVOKED", "MY_RESTRICTED", "MY_SDK_KEY"):
        monkeypatch.setenv(name, f"sk-of-{name}")

    def write(text: str) -> Path:
        path = tmp_path / "inferproof.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_target_file_names_the_variables_of_keys(written: Callable[[str], Path], pack: Contract) -> None:
    path = written(FILE)
    file = target_file(path, own(pack))
    target = settled(pack, target_from(file.data))
    assert (target.key, target.header) == ("sk-of-INFERPROOF_API_KEY", "x-api-key")
    assert target.own_keys == {"token": GivenKey("MY_JWT", "sk-of-MY_JWT")}
    assert target.other_keys["restricted"] == GivenKey("MY_RESTRICTED", "sk-of-MY_RESTRICTED", "small")
    assert target.declined.keys() == {"keys.exhausted"}
    said = " ".join(announced(target, file))
    assert all(name in said for name in ("INFERPROOF_API_KEY", "MY_JWT", "MY_REVOKED", "MY_RESTRICTED"))
    assert "sk-of" not in said + repr(target)
    elsewhere = replace(file, named=False).target("http://another.example")
    assert not {**elsewhere.own_keys, **elsewhere.other_keys}


def test_the_table_of_the_chosen_header_has_the_runs_key(written: Callable[[str], Path], pack: Contract) -> None:
    chosen = '[credentials]\nheader = "x-api-key"\n[credentials.x-api-key]\nenv = "MY_SDK_KEY"\n'
    target = settled(pack, target_from(read_target_file(written(f'url = "http://127.0.0.1:1"\n{chosen}'))))
    assert (target.key, target.key_variable) == ("sk-of-MY_SDK_KEY", "MY_SDK_KEY")


def test_the_table_of_the_first_header_stands_in_for_the_usual_variable(
    written: Callable[[str], Path], pack: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INFERPROOF_API_KEY")
    path = written('url = "http://127.0.0.1:1"\n[credentials.Authorization]\nenv = "MY_SDK_KEY"\n')
    target = settled(pack, target_from(read_target_file(path)))
    assert (target.key, target.key_variable) == ("sk-of-MY_SDK_KEY", "MY_SDK_KEY")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[credentials]\nheader = 7", "credentials.header must be a string"),
        ('[credentials]\ntoken = "MY_JWT"', r"credentials.token must be a table, as \[credentials.token\]"),
        ("[credentials.token]", "credentials.token says no `env`"),
        ('[credentials.token]\nenvironment = "MY_JWT"', "unknown option credentials.token.environment"),
        ('[keys]\nrevokd = {env = "A"}', "unknown option keys.revokd; did you mean 'revoked'"),
        ('[keys]\nrevoked = "A"', "keys.revoked must be a table"),
        ('[keys]\nrestricted = {env = "A"}', "keys.restricted says no `model`"),
        ('[keys]\nexhausted = {env = "A", model = "m"}', "unknown option keys.exhausted.model"),
        ('[capabilities]\n"auth.cookie" = "none"', "unknown capability capabilities.auth.cookie"),
    ],
)
def test_what_is_wrong_in_the_tables_of_keys_is_said(
    text: str, said: str, written: Callable[[str], Path], pack: Contract
) -> None:
    with pytest.raises(UsageError, match=said):
        read_target_file(written(text), own(pack))


def test_a_variable_that_is_named_must_be_set(written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    data = read_target_file(written(FILE))
    monkeypatch.delenv("MY_REVOKED")
    with pytest.raises(UsageError, match="the environment variable MY_REVOKED is not set"):
        target_from(data)


def test_no_key_stands_in_a_report(pack: Contract, tmp_path: Path, url: str) -> None:
    given = {each.kind: GivenKey("A", DEFAULT_KEY) for each in pack.ways}
    target = replace(with_keys(pack, url), own_keys=given | {"token": GivenKey("MY_JWT", "a-jwt-that-opens-nothing")})
    found = certify(pack, target, only=["auth.*", "keys.*"])
    assert outcomes(found, "auth.alternative.accepted") == {Outcome.FAIL}
    write_report(found, tmp_path)
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert not [key for key in (DEFAULT_KEY, REVOKED, RESTRICTED, EXHAUSTED, "a-jwt-that") if key in text]
    assert "{{secret:key-token}}" in text
    assert "{{secret:revoked-key}}" in text
    failure = next(each for each in judged(found)["auth.alternative.accepted"].failures)
    assert "-H 'token: '\"$KEY_TOKEN\"" in curl(failure.exchange, url)


def test_a_recorded_request_is_sent_again_in_the_header_that_the_target_takes(pack: Contract, tmp_path: Path) -> None:
    with running(mock(pack)) as address:
        found = certify(pack, Target(address, key=DEFAULT_KEY), only=["chat.reply.schema"])
    write_report(found, tmp_path)
    name = next(each.name for each in found.transcript.exchanges if each.probe == "chat.minimal")
    recorded = from_transcript(tmp_path / "transcript.jsonl", name, load)
    with running(behind(mock(pack), only("token"))) as address:
        exchange, _ = replayed(recorded, Target(address, key=DEFAULT_KEY, header="token"))
    assert exchange.reply is not None
    assert exchange.reply.status == 200
    assert exchange.request.header("token") == KEY


def test_the_embedded_mock_shows_every_header() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "INFERPROOF_API_KEY"}
    arguments = ["certify", "--contract", PACK, "--quick", "--only", "auth.*", "--strict"]
    done = CliRunner(env=environment).invoke(main, arguments)
    assert done.exit_code == 0, done.output


def test_where_one_header_opens_everything_nothing_more_is_sent(contract: Contract) -> None:
    call = call_with(contract)
    asks = {each.name: dry_run(each, contract, call) for each in plan(contract, call, {}).probes}
    assert not [name for name in asks if name.startswith(SEVERAL)]
    assert {len(sent) for name, sent in asks.items() if name.startswith("auth.")} == {
        1,
        2,
        3,
    }  # keys that are nearly right are three
    assert not [each.id for each in held(contract)[0] if each.id in OF_SEVERAL or each.id.startswith("keys.")]
    assert settled(contract, Target("http://127.0.0.1:1")).declined == {}


def test_what_the_vendor_publishes_himself_is_a_must(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "several"))
    base = folder / "openapi.yaml"
    text = base.read_text(encoding="utf-8")
    text = text.replace("        - LanternKey: []\n", "        - LanternKey: []\n        - LanternToken: []\n")
    scheme = "    LanternToken: {type: http, scheme: bearer}\n"
    base.write_text(text.replace("  securitySchemes:\n", f"  securitySchemes:\n{scheme}"), encoding="utf-8")
    contract = load(str(folder))
    levels = {each.id: each.level for each in held(contract)[0]}
    assert levels["auth.alternative.accepted"] is MUST
    assert "auth.several.everywhere" not in levels, "it says nothing of which counts"
    with running(mock(contract)) as address:
        found = certify(contract, with_keys(contract, address), only=["auth.*"])
    assert found.result.verdict is Verdict.CONFORMANT
    assert outcomes(found, "auth.alternative.accepted", "auth.several.order", "auth.scheme.case") == {Outcome.PASS}
