"""A comparison of two versions of a policy, in every output format.

Invariants: the author's summary comes first and is marked as such; every format contains the same changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from rich.text import Text

from inforce.address import redline_page
from inforce.cli.console import Screen
from inforce.escaping import harmless
from inforce.language import Language
from inforce.pdf import to_pdf
from inforce.policy import Edition, Policy, Version
from inforce.policy.settings import Settings
from inforce.publication.files.pdf import PaperMaker
from inforce.publication.pages.context import policy_facts, summary_facts, version_facts
from inforce.redline import Redline, redline
from inforce.rendering.html import to_html
from inforce.rendering.json import to_data
from inforce.rendering.markdown import to_markdown
from inforce.rendering.terminal import to_lines

# As in word processors: insertions blue, deletions red, moves green.
_STYLES = {
    "insert": "blue underline",
    "delete": "red strike",
    "move": "green",
    "heading": "bold",
    "note": "dim italic",
}
_SHEET = """\
body { max-width: 45rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 Georgia, serif }
body { color: #1b1b1b; background: #fff }
ins { color: #0b3d91; text-decoration: underline } del { color: #a11212; text-decoration: line-through }
.inforce-moved { border-left: 3px solid #1b6e3c; padding-left: .6rem } .inforce-note { color: #555; font-style: italic }
.inforce-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
table { border-collapse: collapse } td, th { border: 1px solid #999; padding: .2rem .5rem }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The comparison of `old` with `new`, two versions of `policy`, in `language`, with the `settings` of the book."""

    policy: Policy
    old: Version
    new: Version
    language: Language
    editions: tuple[Edition, Edition]
    settings: Settings

    @property
    def title(self) -> str:
        """Return the title of the comparison."""
        return f"{self.policy.title(self.language)}: {self.old.label} → {self.new.label}"

    @property
    def summary(self) -> tuple[str, ...]:
        """The author's summary of the changes in the newer version."""
        return tuple(point.text for point in self.editions[1].summary)

    def redline(self) -> Redline:
        """Compare the two texts."""
        old, new = self.editions
        return redline(old.text, new.text)

    def show(self, screen: Screen) -> None:
        """Print the changes to a terminal."""
        changes = self.redline()
        screen.say(self.title, style="bold")
        for point in self.summary:
            screen.say(f"  The author says: {point}")
        screen.say()
        for number in changes.numbers:
            where = f" (#{number.clause})" if number.clause else ""
            screen.say(f"  {number.kind}: {number.was or 'nothing'} → {number.now or 'nothing'}{where}")
        for line in to_lines(changes):
            parts = ((harmless(segment.text), _STYLES.get(segment.style, "")) for segment in line)
            screen.print(Text.assemble(*parts), soft_wrap=not screen.is_terminal)
        screen.say(_counted(changes))

    def markdown(self) -> str:
        """Return the changes as Markdown for a comment."""
        lines = [f"### {self.title}", ""]
        lines += [f"- The author says: {point}" for point in self.summary]
        changes = self.redline()
        return "\n".join([*lines, "", to_markdown(changes) or _counted(changes), ""])

    def json(self) -> str:
        """Return the changes as JSON, with runs of plain text."""
        names = {"policy": self.policy.id, "old": str(self.old.label), "new": str(self.new.label)}
        data = {**names, "language": str(self.language), "summary": self.summary, **to_data(self.redline())}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def html(self) -> str:
        """Return the changes as a self-contained HTML page."""
        return "\n".join(self._html_lines()) + "\n"

    def docx(self) -> bytes:
        """Return the changes as a Word document with tracked changes."""
        # Imported here, since python-docx is an optional dependency.
        from inforce.word import to_docx

        author = self.settings.publisher.name
        return to_docx(
            self.redline(), title=self.title, author=author, date=self.new.published_at, language=self.language
        )

    def pdf(self) -> bytes:
        """Return the changes as a PDF."""
        policy, language = self.policy, self.language
        content = {
            "policy": policy_facts(policy, language),
            "old": version_facts(policy, self.old, language),
            "new": version_facts(policy, self.new, language),
            "summary": summary_facts(self.editions[1]),
        }
        maker = PaperMaker(settings=self.settings, language=language)
        place = redline_page(policy, self.old, self.new, language)
        return to_pdf(maker.redline(place, content, self.editions, self.redline()))

    def _html_lines(self) -> Iterator[str]:
        title = escape(self.title)
        yield f'<!doctype html>\n<html lang="{self.language}" dir="{self.language.direction}">'
        yield f'<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
        yield f"<style>\n{_SHEET}\n</style></head>\n<body>\n<h1>{title}</h1>"
        if self.summary:
            points = "".join(f"<li>{escape(point)}</li>" for point in self.summary)
            yield f"<p>The author says:</p>\n<ul>{points}</ul>"
        yield f"{to_html(self.redline())}\n</body>\n</html>"


def _counted(changes: Redline) -> str:
    counts = changes.statistics
    words = [(counts.inserted, "added"), (counts.deleted, "deleted"), (counts.moved, "moved")]
    parts = [f"{number:,} {what}" for number, what in words if number]
    return f"Words: {', '.join(parts)}." if parts else "No word differs."
