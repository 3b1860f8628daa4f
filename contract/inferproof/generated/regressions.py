"""Cases that were found for one target and are kept in its own folder: one JSON file each, part of its gate."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inferproof import writing
from inferproof.document import Contract
from inferproof.errors import UserError
from inferproof.generated.baselines import model_member
from inferproof.generated.probe import GeneratedProbe
from inferproof.probes.probe import Probe, RequestBuilder, Steps
from inferproof.wire.exchange import Exchange, NotJson, Origin, Request


class CaseError(UserError):
    """A kept case cannot be used. The text names the file and the cure."""


@dataclass(frozen=True)
class Kept:
    """`requirement` is the one that it broke when it was found; `model` in the body stands for the target's own."""

    name: str
    role: str
    body: Any
    requirement: str = ""

    @classmethod
    def of(cls, exchange: Exchange, call: RequestBuilder) -> Kept:
        """The case of an exchange that was made as small as may be."""
        body, role = exchange.request.json, exchange.role or ""
        member = model_member(call.contract, role)
        if isinstance(body, dict) and body.get(member) == _model(role, call):
            body = {**body, member: member}
        digest = hashlib.sha256(exchange.request.body).hexdigest()[:8]
        return cls(f"{exchange.requirement}.{digest}", role, body, exchange.requirement)

    def __call__(self, call: RequestBuilder) -> Steps:
        body, member = self.body, model_member(call.contract, self.role)
        if isinstance(body, dict) and body.get(member) == member:
            body = {**body, member: _model(self.role, call)}
        yield call.to(self.role, body)


def kept(contract: Contract, folder: Path) -> list[Kept]:
    """The cases of a folder, by file name; none where there is no such folder. Raises CaseError."""
    paths = sorted(folder.glob("*.json"))
    if odd := next((path for path in paths if not path.is_file()), None):
        raise CaseError(f"{odd}: is no file; delete it")
    return [read_case(contract, path) for path in paths]


def kept_probes(contract: Contract, folder: Path) -> tuple[Probe, ...]:
    """`kept.<name>`, each sending its one request. Raises CaseError."""
    sentence = "A request that broke a requirement before."
    return tuple(
        GeneratedProbe(f"kept.{case.name}", case, sentence, origin=Origin.KEPT, requirement=case.requirement)
        for case in kept(contract, folder)
    )


def keep(case: Kept, folder: Path) -> Path:
    """Write the case; one of the same name is replaced. Raises CannotWrite."""
    writing.make_folder(folder)
    path = folder / f"{case.name}.json"
    content = {"role": case.role, "requirement": case.requirement, "body": case.body}
    writing.write(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return path


def _model(role: str, call: RequestBuilder) -> str:
    return call.embedding_model if role == "embeddings" else call.chat_model


def read_case(contract: Contract, path: Path) -> Kept:
    """One case. Raises CaseError."""
    try:
        content = Request("POST", "/", body=path.read_bytes()).json
    except (OSError, NotJson) as error:
        raise CaseError(f"{path}: cannot be read: {error}; mend the file or delete it") from error
    if not isinstance(content, dict) or not {"role", "body"} <= content.keys():
        raise CaseError(f"{path}: is no case: it takes an object with `role` and `body`")
    roles = [operation.role for operation in contract.operations if operation.request_schema]
    if content["role"] not in roles:
        raise CaseError(f"{path}: role {content['role']!r} is not one of {', '.join(roles)}")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", path.stem):
        raise CaseError(f"{path}: name it in lower-case letters, digits, dots and hyphens")
    return Kept(path.stem, content["role"], content["body"], str(content.get("requirement", "")))
