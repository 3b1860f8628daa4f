"""What each tool finds wrong with servers that are wrong, and with servers that are only odd.

`python -m benchmarks.detection` (or `tox -e detection`) puts the live mutants and the variants of `tests/` before stock
`schemathesis run`, before requests through Prism's proxy, and before `inferproof certify`, and writes one table into
`docs/self-proof.md`. `--every 4` takes every fourth server only. A whole run takes five hours, nearly all of it
schemathesis, which takes a minute a server; `--schemathesis-every 20` lets that one see every twentieth.

What a tool says of the plain mock, which is right, is its own noise. A server counts as caught, or as accused, where
the tool says more than that.
"""
