"""A contract that cannot be used is refused in one clear line, whatever the command; one that lacks little works."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from inferproof.cli import main
from inferproof.front import serve
from tests.packs import SMALL

BASE, CORRECTIONS, LOCK = "openapi.yaml", "corrections.yaml", "requirements.lock"


@dataclass(frozen=True)
class Pack:
    """A copy of the small contract, to be spoilt."""

    folder: Path

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, name: str, content: str | bytes) -> None:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def document(self, edit: Callable[[Any], Any]) -> None:
        """Edit the published document; the lock and the corrections, which may no longer fit, become the least."""
        self.edit(BASE, "LanternProblems", "LanternProblem")
        document = yaml.safe_load((self.folder / BASE).read_text(encoding="utf-8"))
        for path, method, role in (("/api/generate-chat", "post", "chat"), ("/api/list-models", "get", "models")):
            document["paths"][path][method]["x-inferproof-role"] = role
        edit(document)
        self.write(BASE, yaml.safe_dump(document, sort_keys=False))
        self.write(CORRECTIONS, "")
        (self.folder / LOCK).unlink()


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return Pack(Path(shutil.copytree(SMALL, tmp_path / "theirs")))


def invoke(pack: Pack, command: str, *options: str) -> Any:
    """The command on this contract; a mock would serve for ever, so that one that is ready says so and ends."""
    return CliRunner().invoke(main, [command, *options, "--contract", str(pack.folder)])


@pytest.fixture(autouse=True)
def serving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "serve", lambda app, host, port, ready: ready("served"))


SPOILT: dict[str, tuple[Callable[[Pack], None], str]] = {
    "a misspelt role": (
        lambda pack: pack.edit(CORRECTIONS, "x-inferproof-role: models", "x-inferproof-role: modles"),
        'there is no role "modles"; did you mean "models"?',
    ),
    "two operations of one role": (
        lambda pack: pack.edit(CORRECTIONS, "x-inferproof-role: models", "x-inferproof-role: chat"),
        'the role "chat" is taken by',
    ),
    "no corrections": (lambda pack: pack.write(CORRECTIONS, ""), "no operation has a role"),
    "corrections without actions": (
        lambda pack: pack.write(CORRECTIONS, "overlay: 1.1.0\nactions: []\n"),
        "no operation has a role",
    ),
    "corrections that are none": (lambda pack: pack.write(CORRECTIONS, "- 1\n"), "not an OpenAPI Overlay"),
    "a correction of nothing": (
        lambda pack: pack.edit(CORRECTIONS, "target: $.openapi", "target: $.nothing"),
        "selects nothing",
    ),
    "a reference that leads nowhere": (
        lambda pack: pack.edit(BASE, "schemas/TalkMessage", "schemas/TalkMassage"),
        "TalkMassage",
    ),
    "a misspelt fact": (
        lambda pack: pack.edit(CORRECTIONS, "capability: sampling.stop", "capabilty: sampling.stop"),
        "there is no fact 'capabilty'; did you mean \"capability\"?",
    ),
    "a garbled lock": (lambda pack: pack.write(LOCK, "hello world\n"), f"{LOCK}:1: expected a hash"),
    "a lock in another encoding": (lambda pack: pack.write(LOCK, b"\xff\xfe\x00"), "is not UTF-8"),
    "garbled anchors": (lambda pack: pack.write("anchors.yaml", "- a\n"), "expected an object of names"),
    "anchors that are no YAML": (lambda pack: pack.write("anchors.yaml", "{a: ["), "anchors.yaml"),
    "a dangling anchor": (
        lambda pack: pack.write("anchors.yaml", "error.405: /components/responses/Nowhere\n"),
        "error.405: #/components/responses/Nowhere is in neither",
    ),
    "a document in another encoding": (lambda pack: pack.write(BASE, b"openapi: 3.1.0\ninfo: \xff\n"), BASE),
    "corrections in another encoding": (
        lambda pack: pack.write(CORRECTIONS, b"overlay: 1.1.0\nx: \xff\n"),
        CORRECTIONS,
    ),
    "an empty document": (lambda pack: pack.write(BASE, ""), "is empty"),
    "a document that is none": (lambda pack: pack.write(BASE, "[]"), "not an OpenAPI 3 document"),
    "a document without paths": (lambda pack: pack.write(BASE, "openapi: 3.1.0\n"), "expected an object of paths"),
    "no document": (lambda pack: (pack.folder / BASE).unlink(), "no such file"),
}


@pytest.mark.parametrize("command", ["catalogue list", "certify", "mock"])
@pytest.mark.parametrize("how", SPOILT)
def test_what_cannot_be_used_is_refused_in_one_line(how: str, command: str, pack: Pack) -> None:
    spoil, said = SPOILT[how]
    spoil(pack)
    refused(invoke(pack, *command.split()), said)


def refused(done: Any, said: str) -> None:
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.output.startswith("inferproof: "), done.output
    assert said in done.output


@pytest.mark.parametrize(
    "garbled",
    [
        "at: /x",
        "- {at: /x}",
        "- {at: 7, reason: r}",
        "- {at: [x], reason: r}",
        "- {at: /x, reason: [r]}",
        "- [",
        "- \x07",
    ],
)
def test_garbled_exclusions_are_refused_where_they_are_read(garbled: str, pack: Pack) -> None:
    pack.write("excluded.yaml", garbled)
    refused(invoke(pack, "catalogue", "coverage"), "excluded.yaml")


def without_examples(document: Any) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            for node in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in node.get("content", {}).values():
                    media.pop("example", None)


def without_chat(document: Any) -> None:
    del document["paths"]["/api/generate-chat"]


def without_responses(document: Any) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            del operation["responses"]


def without_components(document: Any) -> None:
    """Every schema where it is used, and no credentials."""
    schemas = document.pop("components")["schemas"]

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return inline(schemas[node["$ref"].rpartition("/")[2]])
        return {name: inline(each) for name, each in node.items() if name != "security"}

    document["paths"] = inline(document["paths"])


LACKING = [without_examples, without_chat, without_responses, without_components]


@pytest.mark.parametrize("lack", LACKING, ids=lambda lack: lack.__name__)
def test_what_lacks_something_is_listed_served_and_explained(lack: Callable[[Any], None], pack: Pack) -> None:
    pack.document(lack)
    for command in (
        ["catalogue", "list"],
        ["catalogue", "accept"],
        ["catalogue", "check"],
        ["mock"],
        ["explain", "reply.json"],
    ):
        done = invoke(pack, *command)
        assert done.exit_code == 0, (command, done.output, done.exception)


@pytest.mark.parametrize("lack", LACKING, ids=lambda lack: lack.__name__)
def test_what_lacks_something_is_certified_or_refused_in_one_line(lack: Callable[[Any], None], pack: Pack) -> None:
    pack.document(lack)
    done = invoke(pack, "certify", "--quick")
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert done.exit_code in (0, 1, 2, 3), done.output
    assert "Traceback" not in done.output
    assert "harness error" not in done.output


def test_without_a_model_anywhere_it_asks_for_one(pack: Pack) -> None:
    def edit(document: Any) -> None:
        without_examples(document)
        del document["paths"]["/api/list-models"]

    pack.document(edit)
    done = invoke(pack, "certify", "--quick")
    refused_at_the_end(done, "Name it by --model")


def refused_at_the_end(done: Any, said: str) -> None:
    """In its last line, after what the embedded mock is called."""
    assert done.exit_code == 2, done.output
    assert said in done.output.splitlines()[-1]


def test_a_contract_in_which_nothing_holds_is_refused(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    from inferproof.judge import requirement

    kept = {id: each for id, each in requirement.CATALOGUE.items() if id.startswith("embeddings.")}
    monkeypatch.setattr(requirement, "CATALOGUE", kept)
    for command in (["catalogue", "list"], ["certify"]):
        refused_at_the_end(
            invoke(pack, *command), "no written requirement holds in theirs: it has no operation of role embeddings"
        )
