"""The documents that say what is promised: loaded, corrected, and turned into schemas and examples."""

from inferproof.document.citations import Layer
from inferproof.document.contract import Contract, Expectation, Json, Operation
from inferproof.document.errors import DocumentError
from inferproof.document.explain import Violation
from inferproof.document.loading import load
from inferproof.document.validate import Validator

__all__ = ["Contract", "DocumentError", "Expectation", "Json", "Layer", "Operation", "Validator", "Violation", "load"]
