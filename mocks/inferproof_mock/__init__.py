"""The mock: the front with a simulated model behind it."""

from inferproof_mock.model import MockModel

__all__ = ["MockModel"]
