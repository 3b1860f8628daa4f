"""Writes a contract out as one OpenAPI document, for tools that know nothing of overlays."""

from __future__ import annotations

import json
from typing import Any, Literal

from inferproof.document.contract import Contract, Layer

Form = Literal["yaml", "json"]


def export(contract: Contract, layer: Layer = "corrected", form: Form = "yaml") -> str:
    """The text of a layer: the corrected one is OpenAPI 3.2, the published one of the vendor's own version."""
    return write(contract.corrected if layer == "corrected" else contract.published, form)


def write(document: dict[str, Any], form: Form = "yaml") -> str:
    """A document as text. YAML and JSON both read back as the same values."""
    if form == "json":
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    import yaml

    class Dumper(yaml.SafeDumper):
        """Texts of several lines as blocks, and no aliases, which people do not read well."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    return yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
