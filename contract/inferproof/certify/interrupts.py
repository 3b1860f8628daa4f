"""Ctrl-C and SIGTERM while a run is under way: the first ends it in good order, the second ends the process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

CAUSES = {signal.SIGINT: "interrupted by the keyboard", signal.SIGTERM: "ended by SIGTERM"}


class Interrupts:
    """As a context manager it takes both signals, where it may: only the main thread can. `cause` says what came."""

    def __init__(self) -> None:
        self.cause = ""
        self._end: Callable[[], object] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._noted) for number in CAUSES}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """`end` is called, from the signal's handler, when the first one comes, or at once where it has come."""
        self._end = end
        if self.cause:
            end()
        try:
            yield
        finally:
            self._end = None

    def _noted(self, number: int, frame: FrameType | None) -> None:
        if self.cause:
            raise KeyboardInterrupt
        self.cause = CAUSES[signal.Signals(number)]
        if self._end is not None:
            self._end()
