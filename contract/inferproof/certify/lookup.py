"""The contract and the target file that a user means: the one way in which command, plugin and hooks find them."""

from __future__ import annotations

from pathlib import Path

from inferproof.certify.target import TargetFile, contract_in, target_file
from inferproof.document import Contract, load
from inferproof.judge.capabilities import own


def looked_up(contract: str | None = None, file: str | Path | None = None) -> tuple[Contract, TargetFile]:
    """The contract that was named, else the target file's, else the default one; and that file, checked against it.

    Without a name the file is the one of the folder where the command runs, if there is one. Raises UserError.
    """
    found = load(contract or contract_in(file))
    return found, target_file(file, own(found))
