"""Stored transcripts of servers, judged again: a release lists every verdict that changed.

| module | |
|---|---|
| `corpus.py` | judges them again, and tells what changed against `verdicts.json`; `--accept` writes that file |
| `record.py` | records them anew: the mock, broken servers, the reference on vLLM, servers of others |
"""
