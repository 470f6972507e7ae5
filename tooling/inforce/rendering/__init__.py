"""Redlines as HTML, sentences, Markdown, terminal lines and JSON, all rendered from the same value.

Invariants: the words of both texts are escaped in every format; every mark is also expressed in words, not only by a
colour; the same redline produces the same bytes.

Not responsible for: comparing texts (see `redline`).
"""
