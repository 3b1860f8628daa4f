"""The catalogue as a document: its coverage, its lock, and its pages for people and programs."""
