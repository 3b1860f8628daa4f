"""Whatever a user can mend has one root: the command and the pytest plugin say it in one line, and never break."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from inferproof.cli import documents, main
from inferproof.errors import UserError
from inferproof.pytest_plugin import _user_errors

ROOT = Path(__file__).resolve().parents[2]
TOLD = ("names the cause", "names the file", "names the nearest")
"""What the docstring of an error says that is for the user."""

OURS = {"ProbeFailed", "NotHeld"}
"""What is for us: a bug, and a requirement's own failure."""


def errors() -> Iterator[type[Exception]]:
    """All exceptions of the house, the two servers among them."""
    for package in ("contract/inferproof", "mocks/inferproof_mock", "reference_impl/inferproof_reference"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                bases = [ast.unparse(each) for each in node.bases] if isinstance(node, ast.ClassDef) else []
                if isinstance(node, ast.ClassDef) and any(each.endswith(("Error", "Exception")) for each in bases):
                    name = ".".join(path.relative_to(ROOT / package).with_suffix("").parts)
                    module = importlib.import_module(f"{Path(package).name}.{name}".removesuffix(".__init__"))
                    yield getattr(module, node.name)


OF_USERS = [each for each in errors() if issubclass(each, UserError)]


def test_what_names_a_cause_for_the_user_is_an_error_of_the_user() -> None:
    told = {each.__name__ for each in errors() if any(words in (each.__doc__ or "") for words in TOLD)}
    assert told - OURS == {each.__name__ for each in OF_USERS} - {"_NotYaml"}


@pytest.mark.parametrize("error", OF_USERS, ids=lambda error: error.__name__)
def test_the_command_says_it_in_one_line(error: type[UserError], monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str | None) -> object:
        raise error("it is not there")

    monkeypatch.setattr(documents, "load", load)
    done = CliRunner().invoke(main, ["document"])
    assert (done.exit_code, done.stderr) == (2, "inferproof: it is not there\n")


@pytest.mark.parametrize("error", OF_USERS, ids=lambda error: error.__name__)
def test_the_plugin_says_it_in_one_line(error: type[UserError]) -> None:
    with pytest.raises(pytest.UsageError, match=r"^inferproof: it is not there$"), _user_errors(pytest.UsageError):
        raise error("it is not there")
