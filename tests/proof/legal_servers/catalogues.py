"""Other lists of configs than the mock's."""

from __future__ import annotations

from dataclasses import replace

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, Request, compact, configs


@variant(of=configs)
def there_is_one_config(reply: Reply) -> None:
    """The list has one entry, with nothing to set."""
    reply.json = [{**reply.json[0], "default_parameters": {}, "tags": [], "is_external": None, "description": ""}]


@variant(of=configs)
class ThereAreManyConfigs:
    """The list has sixty entries, whose names have slashes, colons and spaces; aliases repeat."""

    def ask(self, request: Request) -> Request:
        name = request.asked.get("model")
        if not isinstance(name, str) or "team/" not in name:
            return request
        return replace(request, body=compact({**request.asked, "model": "inflection_3_pi"}).encode())

    def __call__(self, reply: Reply) -> None:
        [first, *_] = reply.json
        more = [{**first, "name": f"team/modèle {number}:latest"} for number in range(57)]
        reply.json = more[:30] + reply.json + more[30:]


@variant(of=configs)
def configs_tell_more(reply: Reply) -> None:
    """Configs have members beside the documented ones, and parameters with values of every kind."""
    for config in reply.json:
        config.update(id=7, context_length=8192, is_playground=None, owner={"team": "x"})
        config["default_parameters"] |= {
            "mode": {"range": ["fast", "deep"], "value": "fast", "label": "Mode"},
            "penalty": {"range": [-2.0, 2.0], "value": None},
            "steps": {"range": [1, 2, 4, 8], "value": 4, "step": None},
            "stop": {"range": [], "value": {"any": []}},
        }
