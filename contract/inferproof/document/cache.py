"""Keeps compiled contracts under the user's cache folder. Any failure means: compile again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import platformdirs

from inferproof import writing


def read(key: str) -> Any:
    """What `write` kept under `key`, or None."""
    file = _file(key)
    try:
        return orjson.loads(file.read_bytes()) if file.is_file() else None
    except (OSError, ValueError):
        return None


def write(key: str, value: Any) -> None:
    """Atomic: a reader sees the whole file or none."""
    target = _file(key)
    with suppress(OSError, TypeError):  # orjson has no integer of more than 64 bits
        data = orjson.dumps(value)
        writing.make_folder(target.parent)
        writing.write(target, data)


def _file(key: str) -> Path:
    return Path(platformdirs.user_cache_dir("inferproof", appauthor=False)) / "contracts" / f"{key}.json"
