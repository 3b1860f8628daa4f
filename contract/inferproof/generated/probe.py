"""A probe that no person wrote: it says where its requests come from, and each of its exchanges says so too."""

from __future__ import annotations

from dataclasses import dataclass

from inferproof.probes.probe import Probe
from inferproof.wire.exchange import Origin


@dataclass(frozen=True, kw_only=True)
class GeneratedProbe(Probe):
    """`requirement` is the one that its requests were made for, if they were made for one."""

    origin: Origin
    requirement: str = ""
