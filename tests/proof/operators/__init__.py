"""Operators: generic changes to a good transcript, so that nobody's imagination bounds what the suite is tried on.

Every operator is applied at every place of every exchange: drop, retype, swap, duplicate, reorder, truncate, delay, off
by one, constant, and the same place of the previous reply. The requirements that look at the exchange judge it again.
A change that no requirement objects to is a *survivor*. Survivors of one kind of place under one operator are a class,
and each class is either a hole, which becomes a requirement, or legal, which `legal.toml` says with the reason.

What is one shape is tried once: exchanges that are alike in role, status, media type, request members, the
requirements that judge them and the places of the reply. Of a list the first, the middle and the last item are tried.
"""
