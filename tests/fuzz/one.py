"""Fuzzes one reader: the child process of `tests.fuzz.fuzz`. Its arguments are a reader and libFuzzer's own."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["inferproof"]):
    from tests.fuzz.readers import READERS

if __name__ == "__main__":
    reader = READERS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, reader)
    atheris.Fuzz()
