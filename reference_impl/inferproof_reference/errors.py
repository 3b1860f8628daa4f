"""What keeps the reference from starting."""

from __future__ import annotations


class CannotServe(Exception):
    """The text names the cause and the cure."""
