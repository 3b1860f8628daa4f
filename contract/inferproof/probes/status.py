"""Probes of the status operation."""

from inferproof.probes.probe import RequestBuilder, Steps, probe


@probe("status.plain", to=("status",))
def plain(call: RequestBuilder) -> Steps:
    """Ask for the status, without credentials."""
    yield call.to("status").without_key()
