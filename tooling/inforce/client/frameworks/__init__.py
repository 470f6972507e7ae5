"""Packages that integrate policies into web frameworks: Starlette, FastAPI and Django.

Invariants: a framework is imported only in its own module, so `inforce.client` works without any of them. What the
packages answer to a browser is the same in each: see `replies`.
"""
