"""LitServe with its `OpenAISpec`, over a model that says one sentence to everybody: python serve_litserve.py PORT."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import litserve

SENTENCE = "The tide rises and falls twice a day because the moon pulls at the sea"


class Words(litserve.LitAPI):  # type: ignore[misc]
    """A word at a time. What it does not do, such as `stop` and tools, its specification does not do for it."""

    def setup(self, device: str) -> None:
        """There is nothing to load."""

    def predict(self, prompt: Any) -> Iterator[str]:
        for number, word in enumerate(SENTENCE.split()):
            yield f" {word}" if number else word


if __name__ == "__main__":
    server = litserve.LitServer(Words(spec=litserve.OpenAISpec()), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
