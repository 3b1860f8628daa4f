"""Contracts of other vendors, and what holds for the contract of any."""

from pathlib import Path

PACKS = Path(__file__).parent
SMALL = PACKS / "small"
"""The contract of a vendor that does not exist; what it is unlike in, its document says."""
LISTS = PACKS / "lists"
"""The contract of another: a list of models in pages, one of embedding models, and a ping."""
