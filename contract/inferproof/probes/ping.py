"""Probes of the ping."""

from inferproof.probes.probe import RequestBuilder, Steps, probe


@probe("ping.plain", to=("ping",))
def plain(call: RequestBuilder) -> Steps:
    """Ask whether the server is there, with a key only where the document guards that."""
    yield call.to("ping")
