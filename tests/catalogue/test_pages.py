"""The catalogue's forms, and the page that is kept in the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inferproof.catalogue.explain import feeding
from inferproof.catalogue.places import places
from inferproof.cli import main
from inferproof.document import Contract
from inferproof.generated.requirements import requirements_of
from inferproof.requirements import CATALOGUE
from tests.conftest import holding

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "requirements.md"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_the_page_is_up_to_date() -> None:
    found = run("catalogue", "list", "--format", "markdown")
    assert found.output == PAGE.read_text(encoding="utf-8"), "write it anew: tox -e docs"


def test_the_page_of_both_contracts_is_up_to_date() -> None:
    found = run("catalogue", "compare", "--contract", "inflection", "io-intelligence")
    assert found.output == (CHECKOUT / "docs" / "contracts.md").read_text(encoding="utf-8"), (
        "write it anew: tox -e docs"
    )


def test_every_form_has_every_requirement(contract: Contract) -> None:
    ids = [each.id for each in requirements_of(contract)]
    holding, _, _ = run("catalogue", "list").output.partition("\n\n")
    assert [line.split()[0] for line in holding.splitlines()] == ids
    rows = json.loads(run("catalogue", "list", "--format", "json").output)["requirements"]
    assert [row["id"] for row in rows] == ids


def test_coverage_and_check_say_so_by_their_exit_codes() -> None:
    assert run("catalogue", "coverage").exit_code == 0
    assert run("catalogue", "check").exit_code == 0


def test_an_explanation_has_sentence_fragment_reason_and_probes() -> None:
    found = run("explain", "chat.usage.total").output
    assert CATALOGUE["chat.usage.total"].sentence in found
    assert "#/components/schemas/UsageInfo\n    properties:" in found
    assert "An example of the published document shows it" in found
    assert "chat.plain" in found


def test_a_convention_is_explained_by_its_standard() -> None:
    assert "Here: RFC 9110 §15.5.6." in " ".join(run("explain", "errors.method.unknown").output.split())
    assert "| convention: RFC 9110 §15.5.6 |" in PAGE.read_text(encoding="utf-8")
    rows = {row["id"]: row for row in json.loads(run("catalogue", "list", "--format", "json").output)["requirements"]}
    assert rows["errors.method.unknown"]["standard"] == "RFC 9110 §15.5.6"
    assert rows["chat.usage.total"]["standard"] is None


def test_an_explanation_of_a_relation_names_its_probe() -> None:
    assert "\nfed by\n  usage.longer\n" in run("explain", "chat.usage.prompt.grows").output


@pytest.mark.parametrize("id", sorted(CATALOGUE))
def test_a_contributor_is_shown_the_files_to_edit(id: str) -> None:
    contract = holding(CATALOGUE[id])[0]
    found = [place.split() for place in places(CATALOGUE[id], feeding(contract, CATALOGUE[id]), CHECKOUT)]
    assert [what for what, _ in found][:2] == ["requirement", "probe"]
    assert found[-1][0] == "mutant"
    for what, place in found:
        file, _, line = place.partition(":")
        words = {"mutant": "breaks", "probe": "@probe", "requirement": r"\.(must|should|may)\("}
        assert re.search(words[what], (CHECKOUT / file).read_text().splitlines()[int(line) - 1])


def test_an_installation_without_tests_names_no_files(tmp_path: Path) -> None:
    assert list(places(CATALOGUE["chat.usage.total"], ["chat.plain"], tmp_path)) == []


def test_an_unknown_id_gets_the_nearest_spelling_and_exit_code_2() -> None:
    found = run("explain", "chat.usage.totl")
    assert found.exit_code == 2
    assert 'did you mean "chat.usage.total"?' in found.output


@pytest.mark.parametrize("id", sorted(CATALOGUE))
def test_every_requirement_says_what_breaks_it_and_how_the_reference_does_it(id: str) -> None:
    assert CATALOGUE[id].breaks, "a paragraph `Breaks: …` is missing from the docstring of its module"
    assert CATALOGUE[id].reference, "a paragraph `Reference: …` is missing from the docstring of its module"
