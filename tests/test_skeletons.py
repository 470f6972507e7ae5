"""The skeletons of a rule and of a page kind in CONTRIBUTING work."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from book_builder import BookBuilder, instant
from inforce.checks.context import CheckContext
from inforce.publication import Publication, Texts
from inforce.site import renderer
from inforce.site.page_kinds import page_kinds
from inforce.site.renderer import Renderer
from inforce.site.templating import environment

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text("utf-8")
RULE, PAGE_KIND = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
(TEMPLATE,) = re.findall(r"^```html\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
IMPORTS = """
from collections.abc import Iterator
from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import rule
"""


def load(name: str, source: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module `name` with `source`."""
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 - a skeleton of this repository
    return module


def test_rule_skeleton_reports_bad_and_accepts_good_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = load("skeleton_rule", IMPORTS + RULE, monkeypatch).title_with_full_stop
    for title, count in (("Terms.", 1), ("Terms", 0)):
        book = BookBuilder(tmp_path / title)
        book.policy("terms").version("2026-01-15")
        file = book.root / "policy_versions/terms/policy.yml"
        file.write_text(file.read_text("utf-8").replace("en: Terms", f"en: {title}"), "utf-8")
        reading = book.read()
        findings = list(rule.find(CheckContext(reading, reading.require(), instant("2026-06-01"))))
        assert len(findings) == count
        assert all(finding.place.line and finding.evidence == title for finding in findings)


def test_page_kind_skeleton_is_rendered_with_its_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = load("skeleton_page_kind", PAGE_KIND, monkeypatch).KIND
    book = BookBuilder(tmp_path / "book")
    book.policy("terms").version("2026-01-15").version("2026-03-01")
    catalog, kinds = book.read().require(), (*page_kinds(), kind)
    publication = Publication(catalog=catalog, now=instant("2026-06-01"), kinds=kinds)
    (page,) = [page for page in publication.living_pages() if page.address == "terms/labels/en/"]
    assert page.address in {stub.address for stub in publication.outlines()}

    template = environment(page.language).from_string(TEMPLATE)
    monkeypatch.setattr(renderer, "environment", lambda _language: _Templates(template))
    rendered = Renderer(settings=catalog.settings).render(page, Texts())
    assert rendered.title == "Terms: labels"
    assert re.findall("<li>(.*)</li>", rendered.content) == ["2026-01-15", "2026-03-01"]


class _Templates:
    def __init__(self, template: object) -> None:
        self._template = template

    def get_template(self, name: str) -> object:
        """Return the template of the page kind."""
        assert name == "labels.html"
        return self._template
