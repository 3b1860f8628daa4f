"""Whether a person who sees Inferproof for the first time can read a red run, and find the way in its code.

`questions.md` is the sheet on a red run, `red_runs.py` makes the summaries that it is answered from: with the
repository at hand, and without a server or a transcript. The key in `red_runs.py` says which answers are right.

`code.md` is the sheet on the code, and `code.py` its key: which files an answer names.
"""
