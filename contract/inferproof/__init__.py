"""Inferproof certifies LLM inference servers against their published API documents.

    from inferproof import Target, certify, judge, load

    result = certify("http://127.0.0.1:4010", report="out")     # as `inferproof certify` does
    result.verdict, result.exit_code
    judge("out")                                                # as `inferproof judge` does

These names are the public API (docs/python.md). Each is imported when it is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inferproof.api import certify as certify
    from inferproof.api import judge as judge
    from inferproof.certify.target import Target as Target
    from inferproof.document import load as load
    from inferproof.errors import UserError as UserError
    from inferproof.version import __version__ as __version__

__all__ = ["Target", "UserError", "certify", "judge", "load"]

_HOME = {
    "Target": "inferproof.certify.target",
    "UserError": "inferproof.errors",
    "certify": "inferproof.api",
    "judge": "inferproof.api",
    "load": "inferproof.document",
    "__version__": "inferproof.version",
}


class _Package(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        """Two folders have the name of a function, which the import of a folder must not take away."""
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOME[name]), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_HOME})


sys.modules[__name__].__class__ = _Package
