"""The old address of the schemathesis hooks, kept for one release: name `inferproof.generated.hooks` instead."""

from inferproof.generated.hooks import *  # noqa: F403
