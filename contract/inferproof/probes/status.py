"""Probes of the status operation."""

from inferproof.probes.probe import Call, Steps, probe


@probe("status.plain")
def plain(call: Call) -> Steps:
    """Ask for the status, without credentials."""
    yield call.to("status").without_key()
