"""No bytes break a reader. `tox -e fuzz` asks the same with coverage to guide it, and longer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz.fuzz import fuzzed, installed
from tests.fuzz.readers import READERS, SEEDS
from tests.proof import PROOF

WORDS = {
    "events": ["data:", " ", "data", "event: ", "id: ", "retry: ", ":", "\n", "\r", "\r\n", "\ufeff", "\x00", "9", "é"],
    "transcript": [
        "#",
        "\n",
        "{",
        "}",
        '"probe":',
        '"reply":',
        '"request":',
        "null",
        "1",
        "1e999",
        '""',
        "[]",
        ",",
        "#\n",
    ],
    "overlay": [
        "openapi: 3.1.0\n",
        "paths: ",
        "{}",
        "\n---\n",
        "overlay: 1.1.0\n",
        "actions:\n",
        "- ",
        "target: ",
        "$",
        "..*",
        "update: ",
        "copy: ",
        "remove: ",
        "true",
        "[",
        "]",
        "&a ",
        "*a",
        "!!int ",
        "? ",
        "\n",
        "  ",
        ".inf",
        "'",
        "0x",
    ],
    "redactor": [
        "SECRET",
        "sk-0123",
        "456789-ABCDEFGH",
        "%73",
        "\\u0073",
        "\\",
        '"',
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        '"token":',
        "data: ",
        "\n",
        "\n\n",
        '{"index":0,"content":"',
        '"}',
        "%",
        "1",
    ],
}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_text_of_its_own_words_breaks_a_reader(name: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(WORDS[name]) | st.text(max_size=3), max_size=30))
    READERS[name]("".join(words).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_change_of_a_good_text_breaks_a_reader(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(SEEDS[name]))
    at = data.draw(st.integers(0, len(seed)))
    length = data.draw(st.integers(0, 8))
    READERS[name](seed[:at] + data.draw(st.binary(max_size=8)) + seed[at + length :])


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=50, deadline=None)
@given(data=st.binary())
@example(data=b"[" * 100_000)
@example(data=b"data: " + b"[" * 100_000 + b"\n\n")
@example(data=b"- " * 100_000)
@example(data=b'{"a":' * 50_000)
@example(data=b"\\" * 50_000 + b"SECRET")
@example(data=b"#\n" + b"[" * 100_000 + b"\n#")
def test_no_bytes_break_a_reader(name: str, data: bytes) -> None:
    READERS[name](data)


@pytest.mark.skipif(not (PROOF and installed()), reason="fuzzing with atheris, where it is installed: `tox -e proof`")
@pytest.mark.parametrize("name", READERS)
def test_atheris_breaks_no_reader(name: str) -> None:
    [found] = fuzzed([name], seconds=10)
    assert found.holds, found.said
    assert found.inputs > 0
