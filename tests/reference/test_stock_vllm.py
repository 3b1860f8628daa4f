"""Stock vLLM, its own server without the front: not conformant, for causes that the reference mends line by line.

`docs/stock-vllm.md` and the page of each other contract show them; `tox -e vllm-report` writes these.
"""

from __future__ import annotations

import pytest
import pytest_asyncio

from inferproof.certify.certify import Certification
from inferproof.certify.result import Verdict
from inferproof.judge.judge import Judgement, Outcome
from tests.conftest import FIRST, PACKS
from tests.reference.vllm import MISSING, has_vllm
from tools.pages.stock_vllm import (
    MISSING_OPERATIONS,
    PAGES,
    REASONING,
    SHARED_CAUSES,
    Cause,
    cause_of,
    reasoning,
    section,
    shown,
    stock,
)

READ = {
    "io-intelligence": {
        "auth.challenge",
        "chat.messages.content.type",
        "chat.reply.corrected",
        "chat.reply.role",
        "chat.reply.schema",
        "embeddings.offered",
        "errors.body.shape",
        "errors.invalid.coerced",
        "errors.invalid.refused",
        "errors.invalid.status",
        "errors.method.unknown",
        "models.embedding.offered",
        "ping.reply.media-type",
        "stream.invalid",
        "stream.usage.default",
        "structured-output.exclusive",
        "structured-output.guided-choice",
        "structured-output.guided-grammar",
        "structured-output.guided-json",
        "structured-output.guided-regex",
        "structured-output.invalid.refused",
        "structured-output.streamed",
        "structured-output.whitespace",
    },
}
"""What fails under the other contracts: each was read by hand with its bytes, and is true."""

with_vllm = [pytest.mark.skipif(not has_vllm(), reason=MISSING), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found(tmp_path_factory: pytest.TempPathFactory) -> Certification:
    return await stock(tmp_path_factory.mktemp("models") / "stock", FIRST)


def failures(found: Certification) -> dict[str, Judgement]:
    return {judgement.requirement.id: judgement for judgement in found.result.having(Outcome.FAIL)}


def test_each_contract_has_a_page() -> None:
    assert sorted(PAGES) == sorted(MISSING_OPERATIONS) == PACKS


@pytest.mark.parametrize("cause", [*MISSING_OPERATIONS.values(), *SHARED_CAUSES], ids=lambda cause: cause.title)
def test_every_line_that_mends_is_there(cause: Cause) -> None:
    for lines in cause.mended.values():
        assert all("#L" in shown(line) for line in lines)


class TestOnTheEngine:
    pytestmark = with_vllm

    async def test_it_is_not_conformant_without_an_error_of_ours(self, found: Certification) -> None:
        assert found.result.verdict is Verdict.NOT_CONFORMANT
        assert found.result.exit_code == 1
        assert found.result.having(Outcome.HARNESS_ERROR) == []

    async def test_it_answers_400_for_422(self, found: Certification) -> None:
        finding = failures(found)["errors.invalid.status"].failures[0].finding
        assert (finding.expected, finding.found) == ("422", "400")

    async def test_it_has_neither_status_nor_the_vendor_s_operations(self, found: Certification) -> None:
        missing = [failures(found)[name] for name in ("status.open", "legacy.offered", "legacy.stream.offered")]
        seen = [one.failures[0].exchange for one in missing]
        assert {one.reply.status for one in seen if one.reply} == {404}
        assert [one.request.target.split("/")[1] for one in seen] == ["status", "external", "external"]

    async def test_it_ignores_guided_decoding(self, found: Certification) -> None:
        ignored = {f"structured-output.guided-{kind}" for kind in ("json", "regex", "choice", "grammar")}
        assert ignored <= failures(found).keys()

    async def test_the_page_names_the_line_that_mends_each_failure(self, found: Certification) -> None:
        page = section(found)
        assert page.count("\n- mended by: [") == len(failures(found))
        assert all(f"## {cause_of(one, FIRST)[0].title}\n" in page for one in failures(found).values())

    async def test_a_reasoning_parser_writes_reasoning_for_reasoning_content(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        found = await reasoning(tmp_path_factory.mktemp("models") / "reasoning", FIRST)
        reply = failures(found)[REASONING].failures[0].exchange.reply
        assert reply is not None
        message = reply.json["choices"][0]["message"]
        assert message["reasoning"]
        assert "reasoning_content" not in message
        assert cause_of(failures(found)[REASONING], FIRST)[0].title == "`reasoning` for `reasoning_content`"

    @pytest.mark.parametrize("pack", [pack for pack in PACKS if pack != FIRST])
    async def test_under_another_contract_it_is_not_conformant_without_an_error_of_ours(
        self, pack: str, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        found = await stock(tmp_path_factory.mktemp("models") / pack, pack)
        assert found.result.verdict is Verdict.NOT_CONFORMANT
        assert found.result.having(Outcome.HARNESS_ERROR) == []
        assert failures(found).keys() == READ[pack]
