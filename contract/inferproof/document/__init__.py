"""The documents that say what is promised: loaded, corrected, and turned into schemas and examples."""

from inferproof.document.contract import Contract, Json, Layer, Operation
from inferproof.document.errors import DocumentError
from inferproof.document.load import load
from inferproof.document.validate import Validator, Violation

__all__ = ["Contract", "DocumentError", "Json", "Layer", "Operation", "Validator", "Violation", "load"]
