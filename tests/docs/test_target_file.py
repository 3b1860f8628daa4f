"""docs/target-file.md has every key and every capability, with the default that the code has."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from inferproof.certify import target
from inferproof.certify.target import DEFAULT_KEY_VARIABLE, Limits, read_target_file, target_from
from inferproof.judge.capabilities import CAPABILITIES, RESTS_ON
from tests.docs.page import blocks

PAGE = Path(__file__).parents[2] / "docs" / "target-file.md"
TYPES = {str: "string", dict: "table", int: "integer", (int, float): "number"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_key_has_its_row_and_its_type() -> None:
    tables = {"models": target._MODELS, "limits": target._LIMITS, "budget": target._BUDGET}
    known = {name: kind for name, kind in target._TOP.items() if name not in tables}
    for table, members in tables.items():
        known |= {f"{table}.{name}": kind for name, kind in members.items()}
    assert {row[0].strip("`"): row[1] for row in rows("Keys")} == {name: TYPES[kind] for name, kind in known.items()}


def test_the_defaults_are_those_of_the_code() -> None:
    said = {row[0].strip("`"): row[2].strip("`") for row in rows("Keys")}
    assert said["key_variable"] == DEFAULT_KEY_VARIABLE
    assert {name: said[f"limits.{name}"] for name in asdict(Limits())} == {
        name: str(value) for name, value in asdict(Limits()).items()
    }


def test_every_capability_has_its_row() -> None:
    shown = {row[0].strip("`"): (row[1], tuple(re.findall(r"`([^`]+)`", row[2]))) for row in rows("Capabilities")}
    assert shown == {name: (meaning, RESTS_ON.get(name, ())) for name, meaning in CAPABILITIES.items()}


def test_the_example_can_be_used(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    example, *others = [block.text for block in blocks(PAGE) if block.language == "toml"]
    path = tmp_path / "inferproof.toml"
    path.write_text("\n".join([example, *others]))
    for name in ("STAGING_KEY", "STAGING_JWT", "REVOKED_KEY", "RESTRICTED_KEY", "EXHAUSTED_KEY"):
        monkeypatch.setenv(name, f"sk-of-{name}")
    made = target_from(read_target_file(path))
    assert (made.key, made.limits.concurrency, made.chat_model) == ("sk-of-STAGING_KEY", 4, "pi-on-prem")
    assert (made.header, made.own_keys["token"].secret) == ("x-api-key", "sk-of-STAGING_JWT")
    assert {kind: each.variable for kind, each in made.other_keys.items()} == {
        "revoked": "REVOKED_KEY",
        "restricted": "RESTRICTED_KEY",
        "exhausted": "EXHAUSTED_KEY",
    }
    assert made.other_keys["restricted"].model == "a-model-that-it-may-use"
