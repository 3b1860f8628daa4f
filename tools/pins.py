"""Moves the pins of constraints.txt to the newest releases that pyproject.toml allows, and says what changed.

    python -m tools.pins            # move them
    python -m tools.pins --keep     # leave those that are there, add what is missing, drop what nobody asks for
    python -m tools.pins --check    # fail where what is installed here is not what is pinned

pip says for each supported Python which wheels it would install there; nothing is installed. Where the releases differ,
each Python has a line with a marker. pip judges all other markers by the Python that runs it, so run it
with the oldest, as `tox -e pins` does: what the older ones need beyond the newer is then among the pins.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

from tools.requirements import ROOT, every_requirement, normal, pythons

FILE = ROOT / "constraints.txt"

HEAD = """\
# The releases that tox installs, as `tox -e pins` wrote them. `pip install .` goes by the ranges in pyproject.toml.
# Not here: tox itself, and the Python that vLLM runs in ([engine] in tox.ini). That one shares nothing with ours, and
# reference_impl/install_vllm.py takes what the metadata of one release of vLLM asks for.
"""

UNPINNED = frozenset({"inferproof", "pip", "setuptools", "wheel"})
"""Ourselves, and what comes with a new environment."""

Pins = dict[str, str]
"""`name`, or `name ; marker`, to its version."""


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--keep"], ["--check"]):
        print(f"pins takes --keep or --check, and not {' '.join(arguments)}", file=sys.stderr)
        return 2
    old = read(FILE)
    if arguments == ["--check"]:
        installed = {normal(each.name): each.version for each in distributions()}
        return _tell(differences(old, installed, ".".join(platform.python_version_tuple()[:2])))
    kept = FILE if arguments and old else None
    new = merged({python: resolved(python, kept) for python in pythons()})
    FILE.write_text(HEAD + "".join(f"{line}\n" for line in lines(new)), encoding="utf-8")
    for change in changes(old, new) or ["nothing changed"]:
        print(change)
    return 0


def _tell(wrong: list[str]) -> int:
    for each in wrong:
        print(each, file=sys.stderr)
    if wrong:
        print("tox -e pins -- --keep adds what is missing; tox -r makes an environment anew", file=sys.stderr)
    return 1 if wrong else 0


def differences(pins: Pins, installed: Pins, python: str) -> list[str]:
    """What is installed and not as that Python has it pinned. Other systems than Linux may need more than the pins."""
    wrong = []
    for name, version in sorted(installed.items()):
        pinned = pins.get(name) or pins.get(_marked(name, python))
        if name not in UNPINNED and pinned != version and (pinned or sys.platform == "linux"):
            wrong.append(f"{name} {version} is installed, and {pinned or 'nothing'} is pinned")
    return wrong


def resolved(python: str, constraints: Path | None) -> Pins:
    """What pip would install for that Python, from wheels. Ends the program where pip finds no answer."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    command += ["--only-binary", ":all:", "--python-version", python]
    if constraints:
        command += ["--constraint", str(constraints)]
    done = subprocess.run([*command, *every_requirement()], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"pins: pip finds no releases for Python {python} that fit together; its reasons are above")
    found = (each["metadata"] for each in json.loads(done.stdout)["install"])
    return {normal(each["name"]): each["version"] for each in found}


def merged(found: dict[str, Pins]) -> Pins:
    """One pin for a name where all Pythons that have it agree, else one for each Python."""
    pins: Pins = {}
    for name in sorted({name for each in found.values() for name in each}):
        versions = {python: each[name] for python, each in found.items() if name in each}
        if len(set(versions.values())) == 1:
            pins[name] = next(iter(versions.values()))
        else:
            pins |= {_marked(name, python): version for python, version in versions.items()}
    return pins


def _marked(name: str, python: str) -> str:
    return f'{name} ; python_version == "{python}"'


def lines(pins: Pins) -> list[str]:
    """The lines of the file, in order."""
    parts = ((key.partition(" ; "), version) for key, version in pins.items())
    return sorted(f"{name}=={version}{separator}{marker}" for (name, separator, marker), version in parts)


def read(path: Path) -> Pins:
    """The pins of the file; none where there is no file."""
    return parsed(path.read_text(encoding="utf-8").splitlines()) if path.exists() else {}


def parsed(lines: Iterable[str]) -> Pins:
    """The pins of `lines`, and of comments among them."""
    pins: Pins = {}
    for line in lines:
        if line and not line.startswith("#"):
            pin, separator, marker = line.partition(" ; ")
            name, _, version = pin.partition("==")
            pins[f"{name}{separator}{marker}"] = version
    return pins


def changes(old: Pins, new: Pins) -> list[str]:
    """One line for each pin that moved, came or went."""
    moved = [f"{name} {old[name]} -> {new[name]}" for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    added = [f"{name} {new[name]} added" for name in sorted(new.keys() - old.keys())]
    removed = [f"{name} {old[name]} removed" for name in sorted(old.keys() - new.keys())]
    return [*moved, *added, *removed]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
