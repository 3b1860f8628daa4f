"""The engine: what a requirement is, which exchanges it judges, and what comes of it. It knows no rule."""
