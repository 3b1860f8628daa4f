"""Loads a contract: the published document, and its corrections applied."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inferproof.document import cache, facts, facts_check, files, overlay, pointers
from inferproof.document.contract import Contract
from inferproof.document.errors import DocumentError
from inferproof.document.fragments import LOCK, read_pins
from inferproof.document.roles import check_roles

_loaded: dict[str, Contract] = {}


def load(name: str | None = None) -> Contract:
    """The contract of that name, else the default one; or of a folder that holds `openapi.yaml` and, unless the
    document gives the roles itself, `corrections.yaml`.

    Raises DocumentError, whose text names the file, the place and the cure.
    """
    folder = files.folder(name or files.default())
    base, corrections = folder / files.BASE, folder / files.CORRECTIONS
    raw_base, raw_corrections = files.read(base), files.read(corrections) if corrections.exists() else b""
    digest = hashlib.sha256(b"\0".join((raw_base, raw_corrections))).hexdigest()
    key = f"{folder.resolve()}:{digest}:{_stamp(folder)}"
    if key not in _loaded:
        compiled = cache.read(_cache_key(digest))
        fresh = not isinstance(compiled, dict) or compiled.keys() != {"published", "corrected", "marks"}
        if fresh:
            published = files.openapi(raw_base, str(base))
            written = files.parse(raw_corrections, str(corrections)) if raw_corrections.strip() else None
            actions = overlay.check(written, str(corrections))
            repairs = [action for action in actions if action.get("x-repair") is True]
            corrected, marks = facts.split(overlay.apply(published, actions, str(corrections)), str(corrections))
            repaired, _ = facts.split(overlay.apply(published, repairs, str(corrections)), str(corrections))
            compiled = {"published": repaired, "corrected": corrected, "marks": marks}
        contract = Contract(folder.resolve().name, **compiled, anchors=_anchors(folder, compiled), pins=_pins(folder))
        check_roles(contract, str(base), str(corrections))
        if fresh:  # what is kept has been looked at
            _check_schemas(contract, str(base))
            facts_check.check(contract, str(corrections))
            cache.write(_cache_key(digest), compiled)
        _loaded[key] = contract
    return _loaded[key]


def _check_schemas(contract: Contract, source: str) -> None:
    """Raises DocumentError where a body's schema is none."""
    import jsonschema_rs

    for operation in contract.operations:
        for pointer in filter(None, (operation.request_schema, operation.reply_schema, operation.event_schema)):
            try:
                contract.validator(pointer).decides(None)
            except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
                raise DocumentError(
                    f"{source}: the schema at #{pointer}, or one that it refers to, is no usable JSON Schema; "
                    "`inferproof lint` says where and why"
                ) from None


def _anchors(folder: Path, layers: Mapping[str, Any]) -> dict[str, str]:
    """The names that the contract gives to what roles and paths do not reach. Raises DocumentError."""
    path = folder / files.ANCHORS
    if not path.is_file():
        return {}
    found = files.parse(files.read(path), str(path))
    if not isinstance(found, dict) or not all(isinstance(pointer, str) for pointer in found.values()):
        raise DocumentError(f"{path}: expected an object of names and JSON pointers")
    for name, pointer in found.items():
        if not any(_leads_somewhere(layers[layer], pointer) for layer in ("published", "corrected")):
            raise DocumentError(f"{path}: {name}: #{pointer} is in neither the document nor its corrections")
    return found


def _leads_somewhere(document: Mapping[str, Any], pointer: str) -> bool:
    try:
        pointers.locate(document, pointer)
    except (KeyError, ValueError):
        return False
    return True


def _pins(folder: Path) -> dict[str, str]:
    """What a person has read of the document; nothing where the contract has no lock. Raises DocumentError."""
    path = folder / LOCK
    return read_pins(files.text(path), str(path)) if path.is_file() else {}


def _stamp(folder: Path) -> str:
    """Tells when what stands beside the documents has changed."""
    beside = (folder / name for name in (files.ANCHORS, LOCK))
    return hashlib.sha256(b"\0".join(path.read_bytes() if path.is_file() else b"" for path in beside)).hexdigest()


def _cache_key(digest: str) -> str:
    """What is compiled depends on the documents and on the code that reads and corrects them."""
    here = Path(__file__).parent
    names = ("facts.py", "facts_check.py", "overlay.py", "files.py", "yaml_json.py", "loading.py")
    code = b"".join((here / name).read_bytes() for name in names)
    return f"{digest}-{hashlib.sha256(code).hexdigest()[:16]}"
