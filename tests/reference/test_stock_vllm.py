"""Stock vLLM, its own server without the front: not conformant, for causes that the reference mends line by line.

`docs/stock-vllm.md` shows them; `tox -e vllm-report` writes it.
"""

from __future__ import annotations

import pytest
import pytest_asyncio

from inferproof.certify.certify import Certification
from inferproof.certify.result import Verdict
from inferproof.judge.judge import Judgement, Outcome
from tests.reference.report import CAUSES, REASONING, Cause, cause_of, reasoning, section, shown, stock
from tests.reference.vllm import MISSING, has_vllm

with_vllm = [pytest.mark.skipif(not has_vllm(), reason=MISSING), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found(tmp_path_factory: pytest.TempPathFactory) -> Certification:
    return await stock(tmp_path_factory.mktemp("models") / "stock")


def failures(found: Certification) -> dict[str, Judgement]:
    return {judgement.requirement.id: judgement for judgement in found.result.having(Outcome.FAIL)}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.title)
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
        assert all(f"## {cause_of(one)[0].title}\n" in page for one in failures(found).values())

    async def test_a_reasoning_parser_writes_reasoning_for_reasoning_content(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        found = await reasoning(tmp_path_factory.mktemp("models") / "reasoning")
        reply = failures(found)[REASONING].failures[0].exchange.reply
        assert reply is not None
        message = reply.json["choices"][0]["message"]
        assert message["reasoning"]
        assert "reasoning_content" not in message
        assert cause_of(failures(found)[REASONING])[0].title == "`reasoning` for `reasoning_content`"
