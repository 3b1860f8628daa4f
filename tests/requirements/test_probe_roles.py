"""A probe names the operations that it is sent to, so that a contract without one of them is not sent it."""

from __future__ import annotations

import pytest

from inferproof.certify.dry_run import dry_run
from inferproof.document import Contract
from inferproof.document.roles import ROLES
from inferproof.probes import PROBES
from inferproof.probes.probe import RequestBuilder


@pytest.mark.parametrize("name", sorted(PROBES))
def test_a_probe_is_sent_to_the_operations_that_it_names(name: str, contract: Contract) -> None:
    probe = PROBES[name]
    assert set(probe.roles) <= ROLES.keys()
    if probe.fits(contract):
        asks = dry_run(probe, contract, RequestBuilder(contract, "chat-model", "embedding-model"))
        sent = {ask.role for ask in asks} - {None}
        assert sent <= set(probe.roles)
