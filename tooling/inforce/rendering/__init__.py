"""Redlines for eyes, ears and programs: HTML, sentences, Markdown, terminal, JSON; every one from the same value.

Keeps true: every word of either text is escaped where it is shown, marks are words before they are colours, and the
same redline gives the same bytes. Does not compare texts (see `redline`).
"""
