"""The `inferproof` command. Each command is a thin edge: it reads options, calls one part of the house, prints."""

from inferproof.cli.group import main

__all__ = ["main"]
