"""Whether a person who sees Inferproof for the first time can read a red run.

`questions.md` is the sheet, `red_runs.py` makes the summaries that it is answered from: with the repository at hand,
and without a server or a transcript. The key in `red_runs.py` says which answers are right.
"""
