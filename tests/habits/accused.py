"""Habits that the judge still accuses, each with the requirement that is wrong. Who mends it removes the line."""

ACCUSED: dict[str, str] = {}
