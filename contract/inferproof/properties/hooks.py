"""An old address of the hooks for schemathesis, kept for one release: name `inferproof.hooks` instead."""

import inferproof.hooks  # noqa: F401
