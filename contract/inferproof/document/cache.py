"""Keeps compiled contracts under the user's cache folder. Any failure means: compile again."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import orjson
import platformdirs


def read(key: str) -> Any:
    """What `write` kept under `key`, or None."""
    try:
        return orjson.loads(_file(key).read_bytes())
    except (OSError, ValueError):
        return None


def write(key: str, value: Any) -> None:
    """Atomic: a reader sees the whole file or none."""
    target = _file(key)
    try:
        data = orjson.dumps(value)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{key}.")
    except (OSError, TypeError):  # orjson has no integer of more than 64 bits
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, target)
    except OSError:
        Path(name).unlink(missing_ok=True)


def _file(key: str) -> Path:
    return Path(platformdirs.user_cache_dir("inferproof", appauthor=False)) / "contracts" / f"{key}.json"
