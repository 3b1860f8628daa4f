"""What is sent: one module for each part of the API. Importing this package fills the catalogue of probes."""

from importlib import import_module
from pkgutil import iter_modules

from inferproof.probes.probe import PROBES

__all__ = ["PROBES"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
