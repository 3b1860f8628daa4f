"""`python -m inferproof` is the `inferproof` command."""

from inferproof.cli import main

main(prog_name="inferproof")
