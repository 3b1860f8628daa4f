"""Loads a contract: the published document, and its corrections applied."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inferproof.document import cache, files, overlay
from inferproof.document.contract import Contract

_loaded: dict[str, Contract] = {}


def load(name: str = "inflection") -> Contract:
    """The contract of that name, or of a folder that holds `openapi.yaml` and `corrections.yaml`.

    Raises DocumentError, whose text names the file, the place and the cure.
    """
    folder = files.folder(name)
    base, corrections = folder / files.BASE, folder / files.CORRECTIONS
    raw_base, raw_corrections = files.read(base), files.read(corrections)
    digest = hashlib.sha256(b"\0".join((raw_base, raw_corrections))).hexdigest()
    key = f"{folder.resolve()}:{digest}"
    if key not in _loaded:
        compiled = cache.read(_cache_key(digest))
        if compiled is None:
            published = files.openapi(raw_base, str(base))
            actions = overlay.check(files.parse(raw_corrections, str(corrections)), str(corrections))
            repairs = [action for action in actions if action.get("x-repair") is True]
            compiled = {
                "published": overlay.apply(published, repairs, str(corrections)),
                "corrected": overlay.apply(published, actions, str(corrections)),
            }
            cache.write(_cache_key(digest), compiled)
        _loaded[key] = Contract(folder.resolve().name, f"sha256:{digest}", **compiled)
    return _loaded[key]


def _cache_key(digest: str) -> str:
    """What is compiled depends on the documents and on the code that reads and corrects them."""
    here = Path(__file__).parent
    code = b"".join((here / name).read_bytes() for name in ("overlay.py", "files.py", "yaml_json.py", "loading.py"))
    return f"{digest}-{hashlib.sha256(code).hexdigest()[:16]}"
