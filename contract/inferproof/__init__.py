"""Inferproof certifies LLM inference servers against their published API documents."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("inferproof")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
