"""What each tool finds wrong with servers that are wrong, and with servers that are only odd.

`python -m benchmarks.detection` (or `tox -e detection`) puts the live mutants and the variants of `tests/` before stock
`schemathesis run`, before requests through Prism's proxy, and before `inferproof certify`, and writes one table into
`docs/self-proof.md`. `--every 4` takes every fourth server only; a whole run takes about two hours on two cores, nearly
all of it schemathesis.

What a tool says of the plain mock, which is right, is its own noise. A server counts as caught, or as accused, where
the tool says more than that.
"""
