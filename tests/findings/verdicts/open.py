"""Findings that are not mended yet, each with what the judge says today. Who mends one takes its line away.

Their tests are expected to fail, strictly: one that passes and still stands here fails.
"""

from __future__ import annotations

OPEN: dict[str, str] = {}
