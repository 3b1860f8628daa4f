"""Stoplight Prism on the contract: in Docker where an engine answers, else through npx.

Prism is a separate program. This module hands it the exported document, waits until it listens, passes its log on and
takes it away again, container included.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from inferproof import writing
from inferproof.errors import UserError

IMAGE = "stoplight/prism:5"
PACKAGE = "@stoplight/prism-cli@5"
PORT = 4010
LOOPBACK = "127.0.0.1"

# Prism prints this line once its socket accepts. A connection proves nothing: Docker's forwarder accepts before it.
LISTENING = "Prism is listening on"
ENGINE_ANSWERS_WITHIN_S = 10.0
# The first start pulls an image of about 300 MB, or 210 packages from npm.
READY_WITHIN_S = 300.0
STOPS_WITHIN_S = 5.0

NOT_SEEN = (
    "Prism checks a stream as one text: it hands it on when it has ended, and looks into none of its events. "
    "`inferproof certify` judges streams."
)

Way = Literal["docker", "npx"]
Log = Callable[[str], None]


class PrismError(UserError):
    """Prism cannot be started; the text names the cause and the cure."""


@dataclass(frozen=True)
class Engine:
    """A Docker engine that answers. `desktop`: it runs in a virtual machine, whose loopback is not this machine's."""

    client: str
    desktop: bool


@dataclass(frozen=True)
class Running:
    """A Prism that listens at `url`; `how` says what runs it, in words."""

    url: str
    how: str
    process: subprocess.Popen[bytes]

    def wait(self) -> int:
        """Prism's own exit status, once it ends."""
        return self.process.wait()


def run(
    document: dict[str, Any],
    *,
    port: int = PORT,
    image: str = IMAGE,
    proxy: str | None = None,
    way: Way | None = None,
    log: Log = print,
) -> int:
    """Serve `document` with Prism until it ends or somebody stops it (Ctrl-C, SIGTERM); the exit status.

    `proxy` is the URL of a server to stand before instead of mocking. 0 when stopped, else Prism's own status.

    Raises PrismError where it cannot start.
    """
    try:
        with _stop_on_sigterm(), serving(document, port=port, image=image, proxy=proxy, way=way, log=log) as prism:
            if proxy is not None:
                log(f"Note: {NOT_SEEN}")
            return prism.wait()
    except KeyboardInterrupt:
        log("Prism is stopped.")
        return 0


@contextmanager
def serving(
    document: dict[str, Any],
    *,
    port: int = PORT,
    image: str = IMAGE,
    proxy: str | None = None,
    way: Way | None = None,
    log: Log = print,
) -> Iterator[Running]:
    """A Prism that listens on the loopback `port` (0: a free one) for the length of the block.

    `way` forces Docker or npx; by default it is Docker where an engine answers. Raises PrismError.
    """
    port = _free(port)
    engine = find_engine() if way != "npx" else None
    npx = shutil.which("npx") if way != "docker" else None
    with ExitStack() as stack:
        if engine is not None:
            command = stack.enter_context(_container(engine, document, port, image, proxy))
            how = f"Docker, image {image}"
        elif npx is not None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="inferproof-prism-"))
            command = _npx_command(npx, Path(folder), document, port, proxy)
            how = f"npx, package {PACKAGE}"
        else:
            raise PrismError(_nothing_runs_it(way))
        log(f"Starting Prism ({how}).")
        yield stack.enter_context(_started(command, f"http://{LOOPBACK}:{port}", how, log))


def find_engine() -> Engine | None:
    """The Docker engine that answers here, if one does."""
    client = shutil.which("docker")
    if client is None:
        return None
    question = [client, "info", "--format", "{{.OperatingSystem}}"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=ENGINE_ANSWERS_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        return None
    system = answer.stdout.strip()
    # Older clients exit with 0 and an empty answer where no engine runs.
    return Engine(client, "Docker Desktop" in system) if answer.returncode == 0 and system else None


@contextmanager
def _container(
    engine: Engine, document: dict[str, Any], port: int, image: str, proxy: str | None
) -> Iterator[list[str]]:
    """A container that holds the document, ready to start; the command that starts it. Removed afterwards."""
    name = f"inferproof-prism-{secrets.token_hex(4)}"
    network, host, inner_port = ["--publish", f"{LOOPBACK}:{port}:{PORT}"], "0.0.0.0", PORT
    if proxy is not None and _is_loopback(proxy):
        if engine.desktop:
            proxy = _with_host(proxy, "host.docker.internal")
        else:
            # A container has a loopback of its own: only on the machine's network does it see a server bound to ours.
            network, host, inner_port = ["--network", "host"], LOOPBACK, port
    # The document is copied, not mounted: that also works with a remote engine and under SELinux.
    inside = "/tmp/openapi.json"
    create = [engine.client, "create", "--init", "--rm", "--name", name, *network, image]
    try:
        _docker([*create, *_arguments(inside, host, inner_port, proxy)], cure=_image_cure(image))
        _docker([engine.client, "cp", "-", f"{name}:/"], _archive(inside.lstrip("/"), document))
        yield [engine.client, "start", "--attach", name]
    finally:
        subprocess.run([engine.client, "rm", "--force", name], capture_output=True, check=False)


def _docker(command: list[str], stdin: bytes | None = None, cure: str = "") -> None:
    """Run one Docker command to its end; raises PrismError with Docker's own words and the `cure`."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=READY_WITHIN_S, check=False)
    except subprocess.TimeoutExpired as late:
        raise PrismError(f"`docker {command[1]}` took longer than {READY_WITHIN_S:.0f} s. {cure}".strip()) from late
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip()
        raise PrismError(f"`docker {command[1]}` failed: {reason}\n{cure}".strip())


def _archive(path: str, document: dict[str, Any]) -> bytes:
    """A tar archive of the document alone, readable by whatever user the image runs as."""
    text = json.dumps(document).encode()
    member = tarfile.TarInfo(path)
    member.size, member.mode = len(text), 0o644
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(member, io.BytesIO(text))
    return packed.getvalue()


def _npx_command(npx: str, folder: Path, document: dict[str, Any], port: int, proxy: str | None) -> list[str]:
    file = folder / "openapi.json"
    writing.write(file, json.dumps(document))
    return [npx, "--yes", PACKAGE, *_arguments(str(file), LOOPBACK, port, proxy)]


def _arguments(document: str, host: str, port: int, proxy: str | None) -> list[str]:
    """What Prism's command line is given, whatever runs it."""
    task = ["mock", document] if proxy is None else ["proxy", document, proxy]
    return [*task, "--host", host, "--port", str(port)]


@contextmanager
def _started(command: list[str], url: str, how: str, log: Log) -> Iterator[Running]:
    """The process of `command`, once it listens; stopped with all its children afterwards."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is ours to pass on, once
        env={**os.environ, "SCARF_ANALYTICS": "false"},  # a package that Prism needs reports each installation
    )
    listens_or_ended = threading.Event()
    heard: list[str] = []
    reader = threading.Thread(target=_pass_on, args=(process, log, heard, listens_or_ended), daemon=True)
    reader.start()
    try:
        if not listens_or_ended.wait(READY_WITHIN_S):
            raise PrismError(f"Prism ({how}) did not listen within {READY_WITHIN_S:.0f} s; its log is above.")
        if not heard:
            raise PrismError(f"Prism ({how}) ended with status {process.wait()} before it listened; its log is above.")
        log(f"Prism is ready at {url} ({how}). Ctrl-C stops it.")
        yield Running(url, how, process)
    finally:
        _stop(process)
        reader.join(STOPS_WITHIN_S)
        if process.stdout is not None:
            process.stdout.close()


def _pass_on(process: subprocess.Popen[bytes], log: Log, heard: list[str], listens_or_ended: threading.Event) -> None:
    """Hand each line of Prism's log on; note the one that says it listens."""
    assert process.stdout is not None
    for raw in process.stdout:
        line = raw.decode(errors="replace").rstrip()
        log(line)
        if LISTENING in line and not heard:
            heard.append(line)
            listens_or_ended.set()
    listens_or_ended.set()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and its children (npx starts a shell, which starts node)."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, signum)
        except ProcessLookupError:
            break
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


@contextmanager
def _stop_on_sigterm() -> Iterator[None]:
    """SIGTERM and Ctrl-C both end the block as KeyboardInterrupt; a second one does not interrupt the cleaning up."""

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {signum: signal.signal(signum, interrupt) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _free(port: int) -> int:
    """`port` itself, or a free one for 0; raises PrismError where another server has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PrismError(f"port {port} cannot be used ({error.strerror}); choose another with --port.") from error
        return int(probe.getsockname()[1])


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _with_host(url: str, host: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=host if parts.port is None else f"{host}:{parts.port}"))


def _image_cure(image: str) -> str:
    return (
        f"Pull {image}, name another image with --image, or build one without a registry: mocks/prism/image.sh {image}"
    )


def _nothing_runs_it(way: Way | None) -> str:
    if way == "docker":
        return "no Docker engine answers `docker info`. Start Docker, or let npx run Prism."
    if way == "npx":
        return "there is no npx here. Install Node.js 20 or later, which brings it."
    return (
        "nothing here can run Prism: no Docker engine answers `docker info`, and there is no npx. Install Docker "
        "(and start it), or Node.js 20 or later, which brings npx. `inferproof mock` needs neither."
    )
