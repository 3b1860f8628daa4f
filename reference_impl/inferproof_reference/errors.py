"""What keeps the reference from starting."""

from __future__ import annotations

from inferproof.errors import UserError


class CannotServe(UserError):
    """The text names the cause and the cure."""
