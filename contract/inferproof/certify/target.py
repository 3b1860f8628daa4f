"""The target: which server is certified, with which key and models, and what it does not claim to do."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from inferproof.certify.causes import key_of
from inferproof.certify.known import Known, read
from inferproof.document.credentials import TOKEN
from inferproof.errors import UserError
from inferproof.judge.capabilities import CAPABILITIES
from inferproof.judge.judge import Failure
from inferproof.judge.keys import EXHAUSTED, RESTRICTED, REVOKED
from inferproof.shell import is_name

DEFAULT_FILE = "inferproof.toml"
DEFAULT_KEY_VARIABLE = "INFERPROOF_API_KEY"


class UsageError(UserError):
    """What the user gave cannot be used. The text names the cause and the cure."""


@dataclass(frozen=True)
class Limits:
    """What the target can take: `concurrency` requests at a time, `requests_per_minute` (0 means no limit).

    `patience` is how many seconds of silence end an exchange. `total_seconds` end the run, beyond the time that the
    pace of `requests_per_minute` takes, and that the server has it wait; no wait may be longer than that. `room` are
    the tokens in which the model reasons before it answers.
    """

    concurrency: int = 8
    requests_per_minute: int = 0
    patience: float = 30.0
    total_seconds: float = 3600.0
    room: int = 0


@dataclass(frozen=True)
class Budget:
    """What a run may cost: requests, tokens of prompts and completions, minutes. None where that does not matter."""

    requests: float | None = None
    tokens: float | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class GivenKey:
    """A key beside the run's own, and the variable that holds it; `model` is one that a restricted key may use."""

    variable: str
    secret: str = field(repr=False)
    model: str | None = None


@dataclass(frozen=True)
class Target:
    """Everything a run must know of the server. `declined` maps each capability not claimed to its reason, and `known`
    are the failures that are told of, and fail no run.

    `key` travels in `header`, or where that is None in the one that the document names first; `own_keys` are those of
    the others, by the name of the header. `other_keys` are keys of the `KINDS` of `judge/keys.py`.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    key_variable: str = DEFAULT_KEY_VARIABLE
    header: str | None = None
    own_keys: Mapping[str, GivenKey] = field(default_factory=dict)
    other_keys: Mapping[str, GivenKey] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: str | None = None
    chat_model: str | None = None
    embedding_model: str | None = None
    declined: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    budget: Budget = Budget()
    known: tuple[Known, ...] = ()

    def knows(self, requirement: str, failure: Failure, today: date) -> bool:
        """Whether a failure of the requirement is a known one."""
        mine = (each for each in self.known if each.requirement == requirement and each.counts(today))
        return any(each.matches(key_of(failure)) for each in mine)


@dataclass(frozen=True)
class TargetFile:
    """The checked tables of a target file; none where there is no file.

    `named` says that the user named it. One that was only found where the command runs may have come with a folder
    of somebody else's, so it speaks for its own server alone.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    named: bool = False

    @property
    def url(self) -> str | None:
        """The server that the file names. Raises UsageError where that is none."""
        url = self.data.get("url")
        return server_url(url, self.data.get("base_path", "")) if url else None

    def kept_home(self, url: str) -> tuple[str, ...]:
        """What the file has for its own server, and which therefore does not go to the other one at `url`."""
        if self.named or self.url is None or _origin(self.url) == _origin(url):
            return ()
        return tuple(name for name in ITS_OWN if self.data.get(name))

    def target(self, url: str | None = None, **told: Any) -> Target:
        """The target at `url`, else the file's own, with what `target_from` is told on top. Raises UsageError.

        What the file has for its own server only stays away from another one.
        """
        home = self.kept_home(server_url(url)) if url else ()
        data = {name: value for name, value in self.data.items() if name not in home}
        return target_from(data, url=url, **told)


ADMINISTRATOR = 0
"""The user whose files are everybody's, where users have numbers."""

ITS_OWN = ("key_variable", "credentials", "keys", "headers", "ca_file")
"""What a target file says for its own server only: what proves who we are, and whom we believe."""

_SENDABLE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
"""What stands in a header's value (RFC 9110 §5.5)."""


def is_header(name: str, value: str) -> bool:
    return TOKEN.fullmatch(name) is not None and _SENDABLE.fullmatch(value) is not None


_TOP = {
    "contract": str,
    "url": str,
    "key_variable": str,
    "ca_file": str,
    "base_path": str,
    "headers": dict,
    "credentials": dict,
    "keys": dict,
    "models": dict,
    "capabilities": dict,
    "limits": dict,
    "budget": dict,
    "known": dict,
}
_MODELS = {"chat": str, "embedding": str}
_GIVEN = {"env": str}
_KEYS = {REVOKED: _GIVEN, RESTRICTED: {**_GIVEN, "model": str}, EXHAUSTED: _GIVEN}
_BUDGET = {"requests": int, "tokens": int, "minutes": (int, float)}
_LIMITS = {
    "concurrency": int,
    "requests_per_minute": int,
    "patience": (int, float),
    "total_seconds": (int, float),
    "room": int,
}


def target_file(named: str | Path | None = None, own: Mapping[str, str] | None = None) -> TargetFile:
    """The target file that the user named, else the one of the folder where the command runs, else none.

    `own` are the contract's own capabilities, which it may decline. Raises UsageError.
    """
    path = Path(named or DEFAULT_FILE)
    if not named and not path.is_file():
        return TargetFile()
    file = TargetFile(read_target_file(path, own), path, bool(named))
    if not named and not _is_ours(path) and {"url", "contract", *ITS_OWN} & file.data.keys():
        raise UsageError(f"{path} is another user's, and says where keys go: if you trust it, name it as the target")
    return file


def contract_in(named: str | Path | None = None) -> str | None:
    """The contract that the target file names, the same file that `target_file` reads; None where it names none.

    What is wrong with the file, `target_file` says, and whose it must be.
    """
    path = Path(named or DEFAULT_FILE)
    try:
        ours = named or _is_ours(path)
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("contract") if ours else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, str) else None


def _is_ours(path: Path) -> bool:
    """The file is the user's who runs us, or the administrator's; who is the administrator may use any."""
    user = os.getuid() if hasattr(os, "getuid") else ADMINISTRATOR
    return user == ADMINISTRATOR or path.stat().st_uid in (ADMINISTRATOR, user)


def read_target_file(path: Path, own: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file's tables, checked; `own` are the contract's own capabilities.

    Raises UsageError naming the file, the key and the nearest valid spelling.
    """
    own = own or {}
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: is not TOML: {error}") from error
    _check_table(path, "", data, _TOP)
    _check_table(path, "models", data.get("models", {}), _MODELS)
    _check_table(path, "limits", data.get("limits", {}), _LIMITS)
    _check_table(path, "budget", data.get("budget", {}), _BUDGET)
    _check_keys(path, data)
    for name, value in data.get("headers", {}).items():
        if not isinstance(value, str):
            raise UsageError(f"{path}: headers.{name} must be a string")
    for name, number in data.get("limits", {}).items():
        if number < 0 or (name != "requests_per_minute" and number == 0):
            raise UsageError(f"{path}: limits.{name} must be greater than zero")
    for name, number in data.get("budget", {}).items():
        if number <= 0:
            raise UsageError(f"{path}: budget.{name} must be greater than zero")
    for name, value in data.get("capabilities", {}).items():
        _known(path, "capabilities", name, {**CAPABILITIES, **own})
        if value is not True and not (isinstance(value, str) and value.strip()):
            raise UsageError(f'{path}: capabilities."{name}" must be true, or a text that says why it is not claimed')
    entries = read(data.get("known", {}), text, lambda said: UsageError(f"{path}: {said}"))
    return {**data, "known": entries} if entries else data


def _check_keys(path: Path, data: Mapping[str, Any]) -> None:
    """The tables that name the variables of other keys. Raises UsageError."""
    _check_table(path, "keys", data.get("keys", {}), dict.fromkeys(_KEYS, dict))
    named = {f"keys.{kind}": (table, _KEYS[kind]) for kind, table in data.get("keys", {}).items()}
    for name, table in data.get("credentials", {}).items():
        if name == "header":
            if not isinstance(table, str):
                raise UsageError(f"{path}: credentials.header must be a string, the name of a header")
        elif not isinstance(table, dict):
            raise UsageError(f'{path}: credentials.{name} must be a table, as [credentials.{name}] with `env = "NAME"`')
        else:
            named[f"credentials.{name}"] = (table, _GIVEN)
    for place, (table, known) in named.items():
        _check_table(path, place, table, known)
        if missing := known.keys() - table.keys():
            raise UsageError(f"{path}: {place} says no `{min(missing)}`")


def target_from(
    data: Mapping[str, Any],
    *,
    url: str | None = None,
    key_variable: str | None = None,
    header: str | None = None,
    headers: Collection[tuple[str, str]] = (),
    ca_file: str | None = None,
    chat_model: str | None = None,
    embedding_model: str | None = None,
    concurrency: int | None = None,
    budget: Mapping[str, float] | None = None,
) -> Target:
    """The target of a checked file, with what the command line says on top. Reads the key from the environment.

    Raises UsageError where there is no usable URL, or a variable that was named is not set.
    """
    address = url or data.get("url")
    if not address:
        raise UsageError("no URL: give one as an argument, or as `url` in the target file")
    credentials = {**data.get("credentials", {})}
    header = header or credentials.get("header")
    own_keys = {name: _given(table) for name, table in credentials.items() if name != "header"}
    named = key_variable or data.get("key_variable")
    if named is None and header is not None:
        named = next((own_keys[name].variable for name in own_keys if name.lower() == header.lower()), None)
    key = _secret(named) if named is not None else os.environ.get(DEFAULT_KEY_VARIABLE) or None
    for name, value in (*data.get("headers", {}).items(), *headers):
        if not is_header(name, value):
            raise UsageError(f"the header {name!r} has characters that no header can have, in its name or its value")
        if name.lower() in ("host", "content-length", "transfer-encoding"):
            raise UsageError(f"the header {name!r} is HTTP's own: it would lead requests, and the key, elsewhere")
    models, limits = data.get("models", {}), dict(data.get("limits", {}))
    if concurrency is not None:
        limits["concurrency"] = concurrency
    return Target(
        url=server_url(address, data.get("base_path", "") if url is None else ""),
        key=key,
        key_variable=named or DEFAULT_KEY_VARIABLE,
        header=header,
        own_keys=own_keys,
        other_keys={kind: _given(table) for kind, table in data.get("keys", {}).items()},
        headers=(*data.get("headers", {}).items(), *headers),
        ca_file=ca_file or data.get("ca_file"),
        chat_model=chat_model or models.get("chat"),
        embedding_model=embedding_model or models.get("embedding"),
        declined=declined_in(data),
        limits=Limits(**limits),
        budget=Budget(**{**data.get("budget", {}), **(budget or {})}),
        known=tuple(data.get("known", ())),
    )


def declined_in(data: Mapping[str, Any]) -> dict[str, str]:
    """What a checked file gives up, with the reasons."""
    return {name: why for name, why in data.get("capabilities", {}).items() if why is not True}


def _given(table: Mapping[str, Any]) -> GivenKey:
    """Raises UsageError."""
    return GivenKey(table["env"], _secret(table["env"]), table.get("model"))


def _secret(variable: str) -> str:
    """What the environment variable holds. Raises UsageError where it is not set, or its name is none."""
    if not is_name(variable):
        raise UsageError(
            f"{variable!r} is no name of a variable: it takes letters, digits and _, and begins with no digit"
        )
    secret = os.environ.get(variable)
    if not secret:
        raise UsageError(f"the environment variable {variable} is not set: put the server's API key in it")
    return secret


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL that was checked (RFC 6454 §4)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]


def server_url(url: str, base_path: str = "") -> str:
    """The URL below which the paths of the API lie, checked. Raises UsageError, which tells no password."""
    shown, hint = _without_secrets(url), ""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it raises for a port that is no number
    except ValueError:
        hint = "; is the port a number?"
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable() or " " in url:
        raise UsageError(f"{shown!r} is not a URL of a server: write it as http://host:port or https://host{hint}")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"{shown!r}: take user name and password out of the URL, which ends up in logs and reports. The key goes "
            "into an environment variable (--api-key-env), any other credentials into [headers] of the target file"
        )
    if parts.query or parts.fragment:
        raise UsageError(f"{shown!r}: leave out the query and the fragment; paths are added to it")
    return url.rstrip("/") + ("/" + base_path.strip("/") if base_path.strip("/") else "")


def _without_secrets(url: str) -> str:
    """The URL for people: what may hold a password or a key is left out."""
    scheme, slashes, rest = url.rpartition("://")
    rest = re.split("[?#]", rest, maxsplit=1)[0]
    if "@" in rest:
        rest = "…@" + rest.rpartition("@")[2]
    return scheme + slashes + rest


def _check_table(path: Path, table: str, data: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name, value in data.items():
        _known(path, table, name, known)
        expected = known[name]
        if not isinstance(value, expected) or isinstance(value, bool):
            kinds = {str: "a string", dict: "a table", int: "an integer"}
            raise UsageError(f"{path}: {table}{'.' if table else ''}{name} must be {kinds.get(expected, 'a number')}")


def _known(path: Path, table: str, name: str, known: Collection[str]) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    cure = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(sorted(known))}"
    raise UsageError(
        f"{path}: unknown {'option' if table != 'capabilities' else 'capability'} "
        f"{f'{table}.' if table else ''}{name}; {cure}"
    )
