"""What is true of one vendor stands in its contract: no name, path, component or model of one stands in our code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from inferproof.document import Contract, load
from inferproof.document.files import BASE, home
from inferproof.document.names import CHATS, EMBEDDINGS, listed, requested
from tests.packs import PACKS

ROOT = Path(__file__).parents[2]
CODE = ("contract", "mocks", "reference_impl")

EVERYBODYS = frozenset({"api", "inference"})
"""Words in the titles of documents that name nobody."""

_ENGINE = "the path of vLLM's own server, which the reference asks"
_ENGINES = "reference_impl/inferproof_reference"

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("contract/inferproof/document/explain.py", "ValidationError"): "a class of jsonschema",
    ("contract/inferproof/document/linear.py", "ValidationError"): "a class of jsonschema",
    ("contract/inferproof/document/lint/examples.py", "ValidationError"): "a class of jsonschema",
    ("contract/inferproof/document/lint/structure.py", "ValidationError"): "a class of jsonschema",
    ("contract/inferproof/document/loading.py", "ValidationError"): "a class of jsonschema",
    (f"{_ENGINES}/backend.py", "/v1/chat/completions"): _ENGINE,
    (f"{_ENGINES}/backend.py", "/v1/embeddings"): _ENGINE,
    (f"{_ENGINES}/engine.py", "/v1/chat/completions"): _ENGINE,
    (f"{_ENGINES}/fields.py", "/v1/chat/completions"): _ENGINE,
    (f"{_ENGINES}/fields.py", "/v1/embeddings"): _ENGINE,
}
"""(file, word) that may stand there, and why."""

MOST = 10


@cache
def contracts() -> tuple[Contract, ...]:
    folders = [path.parent for root in (home(), PACKS) for path in sorted(root.glob(f"*/{BASE}"))]
    return tuple(load(str(folder)) for folder in folders)


@cache
def words() -> dict[str, re.Pattern[str]]:
    """Each word of a vendor, and the pattern that finds it where it stands by itself."""
    found: dict[str, re.Pattern[str]] = {}
    for contract in contracts():
        for name in _names(contract):
            found[name] = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE)
        for text in (*_paths(contract), *_components(contract), *_models(contract)):
            found[text] = re.compile(rf"(?<![A-Za-z0-9_/]){re.escape(text)}(?![A-Za-z0-9_])")
    return found


def _names(contract: Contract) -> Iterator[str]:
    """The vendor's own: the folder under `openapi`, the title, and its words, but not one of two letters (`IO`)."""
    if (home() / contract.name / BASE).is_file():
        yield contract.name
    title = contract.published["info"]["title"]
    yield title
    yield from (word for word in re.findall(r"\w{3,}", title) if word.lower() not in EVERYBODYS)


def _paths(contract: Contract) -> Iterator[str]:
    """Of two parts or more: a single one is a word of the language."""
    yield from (operation.path for operation in contract.operations if operation.path.count("/") > 1)


def _components(contract: Contract) -> Iterator[str]:
    """Those of two words or more, as `UsageInfo`."""
    for document in (contract.published, contract.corrected):
        for group in document.get("components", {}).values():
            yield from (name for name in group if len(re.findall(r"[A-Z]+[a-z0-9]*", name)) > 1)


def _models(contract: Contract) -> Iterator[str]:
    yield from (*requested(contract, (*CHATS, *EMBEDDINGS)), *listed(contract))


def hits() -> Iterator[tuple[str, int, str]]:
    """(file, line, word) for each word of a vendor in our code."""
    for path in sorted(file for folder in CODE for file in (ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield from ((name, number, word) for word, pattern in words().items() if pattern.search(line))


def test_words_come_from_every_contract() -> None:
    assert {
        "inflection",
        "io-intelligence",
        "Intelligence",
        "Lantern",
        "/api/generate-chat",
        "GenerateChatControls",
        "lantern-small-1",
    } <= words().keys()
    assert all(list(_paths(contract)) for contract in contracts())


def test_no_word_of_a_vendor_stands_in_our_code() -> None:
    found = [f"{file}:{line}: {word}" for file, line, word in hits() if (file, word) not in EXCEPTIONS]
    assert found == [], "\n" + "\n".join(found)


def test_no_exception_is_idle() -> None:
    idle = EXCEPTIONS.keys() - {(file, word) for file, _, word in hits()}
    assert not idle
    assert len(EXCEPTIONS) <= MOST
