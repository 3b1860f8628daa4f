"""The one place where files are written: each whole or not at all, and never through a link that lies in its place.

`Growing` alone is for a file that is read although its writer was killed: it is written as it comes.

A draft has a name that nobody can foresee and is created exclusively, so that no link that was put there beforehand is
followed; the finished draft then takes the place of whatever has the name, of a link itself and not of what it names.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from inferproof.errors import UserError

CURES = {
    errno.EACCES: "choose a place that you may write to",
    errno.EPERM: "choose a place that you may write to",
    errno.EROFS: "choose a place that you may write to",
    errno.ENOSPC: "make room on the disk, or choose another place",
    errno.EDQUOT: "make room on the disk, or choose another place",
    errno.ENOTDIR: "a file stands where a folder should be: choose another place",
    errno.EEXIST: "a file stands where a folder should be: choose another place",
    errno.EISDIR: "a folder stands where the file should be: choose another place",
}

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""What only writing meets: a full disk, or a full share of it."""

APPENDED = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""How a file is opened that is there, to be written on, and is no link."""


class CannotWrite(UserError, OSError):
    """A file cannot be written. The text names the file, the cause and the cure."""


class Draft:
    """A file under way. `file` takes its bytes; `finish` gives it its name. Raises CannotWrite."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".inferproof-{secrets.token_hex(8)}")
        with _told(path):
            self.file: IO[bytes] = self._draft.open("xb")  # O_EXCL follows no link, and the umask says who may read it

    def finish(self) -> None:
        """Close the file and give it its name."""
        with _told(self._path):
            self.file.close()
            self._draft.replace(self._path)

    def drop(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self._draft.unlink()


class Growing:
    """A file that has its name from its first bytes on, and holds whatever was added, however the process ends.

    Raises CannotWrite.
    """

    def __init__(self, path: Path, first: bytes) -> None:
        self._path = path
        write(path, first)
        with _told(path):
            self._file = os.fdopen(os.open(path, APPENDED), "ab")

    def add(self, content: bytes) -> None:
        with _told(self._path):
            self._file.write(content)
            self._file.flush()

    def close(self) -> None:
        """Take no more. What a full disk did not take is lost."""
        with suppress(OSError):
            self._file.close()


def remove(path: Path) -> None:
    """See that nothing has the name: a link itself goes, not what it names. Raises CannotWrite."""
    with _told(path):
        path.unlink(missing_ok=True)


def write(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write the whole file, in place of one of that name. Half a surrogate pair becomes an escape. Raises CannotWrite.

    Its folder must be there. `mode` says who may read it; where that is None, the umask does.
    """
    draft = Draft(path)
    try:
        with _told(path):
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(draft.file.fileno(), mode)
            draft.file.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
        draft.finish()
    except BaseException:
        draft.drop()
        raise


def make_folder(folder: Path) -> None:
    """Make the folder and those above it, unless it is there. Raises CannotWrite."""
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)


def check_writable(folder: Path, *names: str) -> None:
    """See that files of these names can be written into the folder, and leave no trace. Raises CannotWrite."""
    with _told(folder):
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        make_folder(folder)
        Draft(folder / "any").drop()
        for name in names:
            if (folder / name).is_dir() and not (folder / name).is_symlink():
                with _told(folder / name):
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    finally:
        for each in missing:
            with suppress(OSError):
                each.rmdir()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """An OSError of the block as CannotWrite."""
    try:
        yield
    except CannotWrite:
        raise
    except OSError as error:
        cure = CURES.get(error.errno or 0, "choose another place")
        raise CannotWrite(f"{path}: cannot be written ({error.strerror or error}); {cure}") from error
