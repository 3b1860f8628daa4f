"""A Docker engine for the length of a test run, that leaves the machine as it was.

The engine of this machine where one answers. Else, where root may, a private one: its socket, images and containers
live in a temporary folder, and it touches no firewall rule. Debian's packages are unpacked there, not installed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inferproof_mock.prism import find_engine

STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 20.0
DOWNLOADS_WITHIN_S = 240.0
BRIDGE = Path("/sys/class/net/docker0")
# What the engine writes outside the folders that it is given.
STRAYS = [Path("/etc/docker"), Path("/opt/containerd"), Path("/run/containerd")]
PACKAGE_OF = {"dockerd": "docker.io", "containerd": "containerd", "runc": "runc", "docker": "docker.io"}
PACKAGE_OF |= {"debootstrap": "debootstrap", "ip": "iproute2"}


class NoEngine(Exception):
    """No Docker engine can run here; the text says why."""


@contextmanager
def docker_engine() -> Iterator[str]:
    """Where the engine is, in words; `docker` finds it by `PATH` and `DOCKER_HOST`. Raises NoEngine."""
    if find_engine() is not None:
        yield "this machine's engine"
        return
    if os.geteuid() != 0:
        raise NoEngine("no Docker engine answers, and only root may start one")
    environment = dict(os.environ)
    # A socket's path must stay under 108 bytes, so not in pytest's folder.
    folder = Path(tempfile.mkdtemp(prefix="engine-"))
    strays = [stray for stray in STRAYS if not stray.exists()]
    try:
        _unpack_what_is_missing(folder)
        with _daemon(folder):
            yield f"a private engine in {folder}"
    finally:
        os.environ.clear()
        os.environ.update(environment)
        _unmount_below(folder)
        shutil.rmtree(folder)
        for stray in strays:
            shutil.rmtree(stray, ignore_errors=True)


def _unpack_what_is_missing(folder: Path) -> None:
    """Put the programs that the engine and the image need on `PATH`; the machine's own where it has them."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    os.environ["PATH"] = path
    missing = {package for program, package in PACKAGE_OF.items() if shutil.which(program) is None}
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise NoEngine(f"{', '.join(sorted(missing))} not installed, and there is no apt-get to fetch them with")
    root, archives = folder / "root", folder / "archives"
    (archives / "partial").mkdir(parents=True)
    options = ["-qq", "-y", "-o", f"Dir::Cache::archives={archives}", "-o", "APT::Sandbox::User=root"]
    fetch = ["install", "--download-only", "--no-install-recommends", *sorted(missing)]
    try:
        for task in (["update"], fetch):
            subprocess.run(["apt-get", *options, *task], check=True, capture_output=True, timeout=DOWNLOADS_WITHIN_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise NoEngine(f"apt-get cannot fetch {', '.join(sorted(missing))}: {error}") from error
    for package in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True)
    below = [root / "usr/sbin", root / "usr/bin", root / "sbin", root / "bin"]
    os.environ["PATH"] = ":".join([path, *map(str, below)])
    libraries = {str(file.parent) for file in root.glob("**/lib/**/*.so*")}
    os.environ["LD_LIBRARY_PATH"] = ":".join([*filter(None, [os.environ.get("LD_LIBRARY_PATH")]), *sorted(libraries)])
    os.environ["DEBOOTSTRAP_DIR"] = str(root / "usr/share/debootstrap")


@contextmanager
def _daemon(folder: Path) -> Iterator[None]:
    """dockerd on a socket of its own, once it answers. Its forwarder publishes ports, so no firewall is needed."""
    had_bridge = BRIDGE.exists()
    socket = f"unix://{folder}/docker.sock"
    command = ["dockerd", "--host", socket, "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"]
    command += ["--pidfile", f"{folder}/docker.pid"]
    command += ["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"]
    log = folder / "dockerd.log"
    with log.open("wb") as sink:
        daemon = subprocess.Popen(command, stdout=sink, stderr=sink, start_new_session=True)
    os.environ["DOCKER_HOST"] = socket
    try:
        _wait_until_it_answers(daemon, log)
        yield
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
        if BRIDGE.exists() and not had_bridge:
            subprocess.run(["ip", "link", "delete", BRIDGE.name], check=True)


def _wait_until_it_answers(daemon: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while find_engine() is None:
        if daemon.poll() is not None or time.monotonic() > deadline:
            last_words = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise NoEngine("dockerd does not run here: " + " / ".join(last_words))
        time.sleep(0.1)


def _unmount_below(folder: Path) -> None:
    """What an engine that was killed left mounted, innermost first, so that nothing outside the folder is deleted."""
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in sorted((mount for mount in mounts if mount.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False)
