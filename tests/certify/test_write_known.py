"""`--write-known` adds to the text of a target file, and to nothing else in it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from inferproof.certify.known import Known
from inferproof.certify.target import UsageError, read_target_file
from inferproof.certify.write_known import with_entries, write

PATH = Path("inferproof.toml")
NEW = Known("chat.n.accepts", "why", None, "chat", 400, 'n "at" most \\ # …')
PINS = {"reason": "why", "operation": "chat", "status": 400, "cause": NEW.cause}


@pytest.mark.parametrize(
    "text",
    [
        "",
        'url = "http://h"',
        'url = "http://h"  # mine\n\n[limits]\nconcurrency = 2 # [known]\n',
        '[known] # gaps\n"a.b" = "old"\n\n[models]\nchat = "m"\n',
        '[known]\n"a.b" = [\n  {reason = "x"},\n  # one more\n]\n[limits]\nconcurrency = 2\n',
    ],
)
def test_every_other_line_stays(text: str) -> None:
    made = with_entries(text, [NEW], PATH)
    was, now = tomllib.loads(text), tomllib.loads(made)
    assert now["known"].pop("chat.n.accepts") == PINS
    assert now == {"known": {}, **was}
    lines = made.splitlines()
    for line in text.splitlines():
        lines.remove(line)
    assert [line for line in lines if line and line != "[known]"] == [
        line for line in lines if '"chat.n.accepts"' in line
    ]


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ('"chat.n.accepts" = "old"  # a # note', [{"reason": "old"}]),
        ('"chat.n.accepts" = {reason = "# old", cause = "c"}', [{"reason": "# old", "cause": "c"}]),
        (
            '"chat.n.accepts" = [\n  {reason = "one"},  # a note\n  {reason = "two"},\n]',
            [{"reason": "one"}, {"reason": "two"}],
        ),
        ('"chat.n.accepts" = [{reason = "one"}]', [{"reason": "one"}]),
    ],
)
def test_another_cause_joins_the_entry_that_is_there(entry: str, kept: list[object]) -> None:
    text = f'[known]\n{entry}\n"x.y" = "other"\n'
    made = with_entries(text, [NEW], PATH)
    assert tomllib.loads(made)["known"] == {"chat.n.accepts": [PINS, *kept], "x.y": "other"}
    assert ("note" in made) is ("note" in entry)


@pytest.mark.parametrize(
    "text",
    [
        '[models]\nchat = """\n[known]\n"""\n',
        'known = {"x.y" = "why"}\n',
        'known."x.y" = "why"\n',
        '[known."chat.n.accepts"]\nreason = "why"\n',
    ],
)
def test_what_has_no_place_for_them_is_told_with_the_lines(text: str) -> None:
    with pytest.raises(UsageError, match=r"add by hand:\n\"chat\.n\.accepts\" = \{"):
        with_entries(text, [NEW], PATH)


def test_line_ends_and_several_causes_are_written_as_they_should_be(tmp_path: Path) -> None:
    path = tmp_path / "inferproof.toml"
    path.write_bytes(b'url = "http://h"\r\n[known]\r\n"x.y" = "why"\r\n')
    again = Known("chat.n.accepts", "why", None, "chat", 500, "it broke", generated=True)
    write(path, [NEW, again], "http://h")
    raw = path.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    known = read_target_file(path)["known"]
    assert [(each.requirement, each.status, each.generated) for each in known] == [
        ("chat.n.accepts", 400, False),
        ("chat.n.accepts", 500, True),
        ("x.y", None, False),
    ]
    assert [each.line for each in known] == [4, 5, 7]
