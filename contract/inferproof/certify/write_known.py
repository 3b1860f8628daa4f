"""Writes what failed into the target file's `[known]`, and leaves every other line as it is.

The file is a person's, with comments, so lines are put into its text; the outcome is read again before it is written,
and must say what the file said, and the new entries.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from inferproof import writing
from inferproof.certify.causes import key_of
from inferproof.certify.known import Known
from inferproof.certify.result import Result
from inferproof.certify.target import UsageError
from inferproof.judge.judge import Outcome
from inferproof.wire.exchange import Origin

UNEXPLAINED = "not explained yet: say why, and until when"
"""The reason of an entry that was written for a person; the verdict tells it like any other."""

_TABLE = re.compile(r"^[ \t]*\[[ \t]*(?:known|\"known\"|'known')[ \t]*\][ \t]*(?:#.*)?$", re.MULTILINE)


def gaps(result: Result, today: date) -> list[Known]:
    """An entry for each cause of each failure that fails the run."""
    made: dict[tuple[Any, ...], list[Origin]] = {}
    for judgement in result.having(Outcome.FAIL):
        if not result.gates(judgement.requirement.level):
            continue
        for failure in judgement.failures:
            key = key_of(failure)
            pins = (judgement.requirement.id, key.operation, key.status or None, key.cause)
            made.setdefault(pins, []).append(failure.exchange.origin)
    reason = f"{UNEXPLAINED} (written {today.isoformat()})"
    return [
        Known(id, reason, None, operation, status, cause, Origin.WRITTEN not in origins)
        for (id, operation, status, cause), origins in made.items()
        if set(origins) != {Origin.FUZZED}  # no later run sends it again by itself
    ]


def check(path: Path) -> None:
    """See before a run that the file can be written. Raises UsageError and CannotWrite."""
    if path.is_symlink():
        raise UsageError(f"{path} is a link: name the file itself with --target, and it is written")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no file: name another with --target")
    writing.check_writable(path.parent, path.name)


def write(path: Path, entries: Sequence[Known], url: str) -> None:
    """Write the entries into the target file; where there is none, one for the server at `url`.

    Raises UsageError with the lines to paste where its text has no place for them, and CannotWrite.
    """
    check(path)
    if not path.exists():
        writing.write(path, with_entries(f"url = {_toml(url)}\n", entries, path))
        return
    text, mode = path.read_bytes().decode(), path.stat().st_mode & 0o777
    made = with_entries(text.replace("\r\n", "\n"), entries, path)
    writing.write(path, made.replace("\n", "\r\n") if "\r\n" in text else made, mode)


def with_entries(text: str, entries: Sequence[Known], path: Path) -> str:
    """The text of a target file with these entries in it. Raises UsageError with the lines to paste."""
    by_id: dict[str, list[Known]] = {}
    for each in entries:
        by_id.setdefault(each.requirement, []).append(each)
    said = tomllib.loads(text).get("known", {})
    made = text
    for id, mine in by_id.items():
        made = _joined(made, id, said[id], mine) if id in said else _added(made, id, mine)
    if not _says(made, text, by_id):
        lines = "\n".join(line for id, mine in by_id.items() for line in _lines(id, mine))
        raise UsageError(f"{path}: its [known] is written in a way that is not written to; add by hand:\n{lines}")
    return made


def _added(text: str, id: str, entries: Sequence[Known]) -> str:
    """The text with an entry of its own, at the end of what the table begins with."""
    lines = "\n".join(_lines(id, entries))
    table = _TABLE.search(text)
    if table is None:
        gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}[known]\n{lines}\n"
    return f"{text[: table.end()]}\n{lines}{text[table.end() :]}"


def _joined(text: str, id: str, value: Any, entries: Sequence[Known]) -> str:
    """The text with more causes of an id that has an entry on one line, or a list; itself where it has another form."""
    names = rf"""(?:"{re.escape(id)}"|'{re.escape(id)}'|{re.escape(id)})"""
    line = re.search(rf"^(?P<head>[ \t]*{names}[ \t]*=[ \t]*)(?P<value>.*)$", text, re.MULTILINE)
    if line is None:
        return text
    new = "".join(f"\n  {_inline(each)}," for each in entries)
    if isinstance(value, list):
        at = text.index("[", line.start("value")) + 1
        return f"{text[:at]}{new}{text[at:]}"
    try:
        [alone] = tomllib.loads(f"value = {line['value']}").values()
    except (tomllib.TOMLDecodeError, ValueError):
        return text
    comment = _comment(line["value"], alone)
    kept = line["value"].removesuffix(comment).rstrip()
    old = f"{{reason = {kept}}}" if isinstance(alone, str) else kept
    return f"{text[: line.end('head')]}[{new}\n  {old},{f'  {comment}' if comment else ''}\n]{text[line.end() :]}"


def _comment(value: str, alone: Any) -> str:
    """The comment behind a value on its line."""
    for mark in (match.start() for match in re.finditer("#", value)):
        try:
            if tomllib.loads(f"value = {value[:mark]}") == {"value": alone}:
                return value[mark:]
        except tomllib.TOMLDecodeError:
            continue
    return ""


def _says(made: str, before: str, by_id: dict[str, list[Known]]) -> bool:
    """The new text says what the one before said, and the entries."""
    try:
        new, old = tomllib.loads(made), tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return False
    known, was = new.pop("known", {}), old.pop("known", {})
    expected = {id: value for id, value in was.items() if id not in by_id}
    for id, mine in by_id.items():
        kept = [each if isinstance(each, dict) else {"reason": each} for each in _listed(was.get(id, []))]
        expected[id] = [*(_table(each) for each in mine), *kept]
    found = {id: _listed(value) if id in by_id else value for id, value in known.items()}
    return new == old and found == expected


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _lines(id: str, entries: Sequence[Known]) -> Iterator[str]:
    if len(entries) == 1:
        yield f"{_toml(id)} = {_inline(entries[0])}"
        return
    yield f"{_toml(id)} = ["
    yield from (f"  {_inline(each)}," for each in entries)
    yield "]"


def _inline(known: Known) -> str:
    pairs = ", ".join(f"{name} = {_toml(value)}" for name, value in _table(known).items())
    return f"{{{pairs}}}"


def _table(known: Known) -> dict[str, Any]:
    values = replace(known, line=0).to_json()
    del values["requirement"]
    return values


def _toml(value: Any) -> str:
    """A text, a number or a truth value in TOML: JSON's spelling but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
