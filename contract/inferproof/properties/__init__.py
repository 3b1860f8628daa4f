"""An old name of `inferproof.generated`, kept for one release."""
