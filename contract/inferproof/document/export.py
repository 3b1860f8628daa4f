"""Writes a document out as text, for tools that know nothing of overlays."""

from __future__ import annotations

import json
from typing import Any, Literal

Form = Literal["yaml", "json"]


def written(document: dict[str, Any], form: Form = "yaml") -> str:
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
