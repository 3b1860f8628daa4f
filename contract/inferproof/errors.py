"""The root of all errors that a user can mend: the command and the pytest plugin each catch it in one place."""

from __future__ import annotations


class UserError(Exception):
    """What the user gave, or the user's machine, does not do. The text names the cause and the cure."""

    exit_code = 2
    """That of the command."""
