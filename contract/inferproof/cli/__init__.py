"""The `inferproof` command. Each command is a thin edge: it reads options, calls one part of the house, prints."""

from inferproof.cli import catalogue, certifying, documents, replaying, serving
from inferproof.cli.group import main

__all__ = ["catalogue", "certifying", "documents", "main", "replaying", "serving"]
