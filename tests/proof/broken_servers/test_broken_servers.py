"""Each live mutant is caught over HTTP by its own requirement, and little else goes red.

`tox -e proof` certifies all of them, the default run the first of each module.
"""

from __future__ import annotations

import pytest

from inferproof.document import Contract, load
from inferproof.requirements import CATALOGUE
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.proof import PROOF
from tests.proof.broken_servers import LiveMutant, load_all, of_contract
from tests.proof.broken_servers.matrix import row
from tests.proof.legal_servers.server import Mock

EVERY = of_contract(load("inflection"))
FIRST_OF_MODULE = {mutant.module: mutant for mutant in reversed(EVERY.values())}.values()
CHOSEN = list(EVERY.values()) if PROOF else list(FIRST_OF_MODULE)

FEW = 10
"""How many unrelated requirements may fail: what is counted wrongly, say, fails wherever counts are compared."""


@pytest.fixture(scope="module")
def the_mock(contract: Contract) -> Mock:
    return Mock(mock(contract, keys=(DEFAULT_KEY,)))


@pytest.mark.parametrize("mutant", CHOSEN, ids=lambda mutant: mutant.name)
def test_it_is_caught_by_its_own_requirement(mutant: LiveMutant, contract: Contract, the_mock: Mock) -> None:
    found = row(mutant, contract, the_mock)
    print(found)
    assert not found.missed, f"{mutant.sentence} Not caught by {found.missed}; failed: {found.others or 'nothing'}"
    assert not found.harness_errors
    assert mutant.broad or len(found.others) <= FEW, f"too much goes red: {found.others}"


def test_there_are_many_and_each_names_requirements_that_exist() -> None:
    assert len(EVERY) >= 60
    unknown = {mutant.name: set(mutant.caught_by) - CATALOGUE.keys() for mutant in load_all().values()}
    assert not {name: ids for name, ids in unknown.items() if ids}
