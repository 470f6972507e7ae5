"""The catalogue of rules: one module per group, and a table of all rules by id."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from inforce.checks.rule import Rule
from inforce.checks.rules import change, claim, date, enc, html, lang, link, lock, meta, path, text

GROUPS = (meta, lock, date, enc, text, link, html, change, claim, lang, path)

CATALOGUE: Mapping[str, Rule] = MappingProxyType({rule.id: rule for group in GROUPS for rule in group.RULES})
