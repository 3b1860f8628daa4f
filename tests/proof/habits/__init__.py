"""Habits: legal servers that the mock plays, alone and in sets. Nothing is held against any but what it says itself."""
