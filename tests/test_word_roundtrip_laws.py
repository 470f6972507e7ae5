"""Properties of manuscripts: for any text, unedited documents change nothing and imports equal the accepted text."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given

from inforce.language import Language
from inforce.markdown import parse
from inforce.markdown.source import read_source
from inforce.redline import redline
from inforce.text import Digest, canonical
from inforce.word import to_docx
from inforce.word.roundtrip import DocumentOrigin, Returned, Story, parse_manuscript, take_back, to_manuscript
from inforce.word.roundtrip.opening import opened
from inforce.word.roundtrip.reading import read_story
from inforce.word.roundtrip.revisions import side_of
from inforce.word.roundtrip.values import Side
from inforce.word.roundtrip.views import views_of_side
from property.markdown_strategies import documents, texts
from property.test_redline_laws import edited

DAY = datetime(2027, 1, 20, tzinfo=UTC)
ORIGIN = DocumentOrigin(policy="privacy", version="1", language=Language("en"), digest=Digest.of("x"))


def returned(text: str) -> Returned:
    content = to_manuscript(text, ORIGIN, title="Privacy", author="Example Shop", date=DAY)
    return take_back(text, parse_manuscript(content).story)


@given(texts)
def test_leaves_of_a_source_are_the_blocks_of_its_text(text: str) -> None:
    source = canonical(text)

    leaves, blocks = list(read_source(source).leaves()), parse(source).blocks

    assert [(leaf.kind, leaf.text, leaf.start + 1) for leaf in leaves] == [(b.kind, b.text, b.line) for b in blocks]


@given(documents)
def test_import_of_an_unedited_document_changes_no_byte(text: str) -> None:
    source = canonical(text)

    found = returned(source)

    assert found.objections == ()
    assert found.untracked == ()
    assert found.text == source


def story_of(old: str, new: str) -> Story:
    """Return the story of a document in which `old` was edited into `new`, with every change tracked."""
    content = to_docx(redline(old, new), title="Privacy", author="Example Shop", date=DAY, language=Language("en"))
    return read_story(opened(content).document)


def lines(text: str) -> list[str]:
    return [" ".join(block.text.split()) for block in parse(text).blocks if block.text.strip()]


@given(edited())
def test_import_fails_or_accepts_every_change(pair: tuple[str, str]) -> None:
    old, new = map(canonical, pair)
    story = story_of(old, new)

    found = take_back(old, story)

    after = [" ".join(view.text.split()) for view in views_of_side(side_of(story, Side.AFTER)) if view.text.strip()]
    assert found.text is None or lines(found.text) == after
    assert found.text is None or lines(found.text) == lines(new)


@given(edited())
def test_rejecting_every_change_restores_the_exported_text(pair: tuple[str, str]) -> None:
    old, new = map(canonical, pair)

    before = [view.text for view in views_of_side(side_of(story_of(old, new), Side.BEFORE)) if view.text.strip()]

    assert " ".join(" ".join(before).split()) == " ".join(" ".join(lines(old)).split())
