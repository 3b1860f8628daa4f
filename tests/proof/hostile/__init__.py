"""Servers against which a run must end within its limits, name the cause, keep its memory small, and leak nothing."""

from __future__ import annotations

from tests.proof.hostile.hostility import HOSTILITIES, Hostility


def load_all() -> dict[str, Hostility]:
    """Every hostility of every module in this folder."""
    from tests.proof.hostile import broken_http, large, odd_content, slow  # noqa: F401

    return HOSTILITIES
