"""What must hold: one module for each part of the API. Importing this package fills the catalogue."""

from importlib import import_module
from pkgutil import iter_modules

from inferproof.judge.requirement import CATALOGUE, held

__all__ = ["CATALOGUE", "held"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
