"""Where the documents lie, and how their YAML is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inferproof.document.errors import DocumentError, nearest

BASE = "openapi.yaml"
CORRECTIONS = "corrections.yaml"
ANCHORS = "anchors.yaml"
DEFAULT = "DEFAULT"
"""The file beside the contracts whose one line names that which is meant where nobody names one."""

_PACKAGE = Path(__file__).resolve().parents[1]


def home() -> Path:
    """The folder of all contracts: inside the installed package, else beside the source in a checkout."""
    installed = _PACKAGE / "openapi"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "openapi"


def default() -> str:
    """The name of the contract that is meant where nobody names one. Raises DocumentError."""
    path = home() / DEFAULT
    name = text(path).strip()
    if not (home() / name / BASE).is_file() or len(name.split()) != 1:
        raise DocumentError(f"{path}: expected one line with the name of a folder beside it that holds {BASE}")
    return name


def folder(name: str) -> Path:
    """The folder of one contract: a known name, or a path. Raises DocumentError."""
    for candidate in (home() / name, Path(name)):
        if (candidate / BASE).is_file():
            return candidate
    if Path(name).is_dir():
        raise DocumentError(f"{Path(name) / BASE}: no such file; a contract is a folder with {BASE} and {CORRECTIONS}")
    known = sorted(path.parent.name for path in home().glob(f"*/{BASE}"))
    raise DocumentError(
        f'no contract is named "{name}"{nearest(name, known) or "."} '
        f"Known in {home()}: {', '.join(known) or 'none'}; or name a folder that holds {BASE} and {CORRECTIONS}, "
        "with --contract DIR"
    )


def read(path: Path) -> bytes:
    """Raises DocumentError, also for what is no file, and might never end."""
    try:
        if path.exists() and not path.is_file():
            raise DocumentError(f"{path}: is no file")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read ({error.strerror})") from error


def text(path: Path) -> str:
    """Raises DocumentError, also for a file that is not UTF-8."""
    try:
        return read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: is not UTF-8 at byte {error.start}: save it as UTF-8") from None


def parse(raw: bytes, source: str) -> Any:
    """YAML or JSON as JSON values. Raises DocumentError with line and column."""
    from inferproof.document import yaml_json

    return yaml_json.parse(raw, source)


def openapi(raw: bytes, source: str) -> dict[str, Any]:
    """An OpenAPI 3 document with paths. Raises DocumentError."""
    document = description(raw, source)
    if not isinstance(document.get("paths"), dict):
        raise DocumentError(f"{source}, /paths: expected an object of paths")
    return document


def description(raw: bytes, source: str) -> dict[str, Any]:
    """An OpenAPI 3 document, which may have no paths (from 3.1 on, where it has webhooks). Raises DocumentError."""
    if not raw.strip():
        raise DocumentError(f"{source}: is empty; expected an OpenAPI 3 document, as YAML or JSON")
    document = parse(raw, source)
    version = document.get("openapi") if isinstance(document, dict) else None
    if not isinstance(version, str) or not version.startswith("3."):
        found = f'"openapi" is {version!r}' if version is not None else 'it has no member "openapi"'
        raise DocumentError(f"{source}: not an OpenAPI 3 document: {found}; expected for instance openapi: 3.1.0")
    return document  # type: ignore[no-any-return]


def read_document(path: Path) -> dict[str, Any]:
    """The OpenAPI document in any file, YAML or JSON. Raises DocumentError."""
    return openapi(read(path), str(path))


def base_document(name: str) -> dict[str, Any]:
    """A contract's document as published, before any repair. Raises DocumentError."""
    return read_document(folder(name) / BASE)
