"""TEXT: unfinished content in a text, and the structure of headings and lists."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import on_reading, rule
from inforce.checks.text import CheckedText
from inforce.language import Language
from inforce.markdown import Block, BlockKind, Clause, Document

SCRAPED = re.compile(r"\[email[\s\u00a0]protected\]|\[object Object\]|\blorem ipsum\b", re.IGNORECASE)
SCRAPED_LINK = "/cdn-cgi/l/email-protection"
TODO = re.compile(r"\b(?:TODO|FIXME|TBD|TBC|X{4,})\b")
TODO_MEANS_ALL = frozenset({"es", "pt", "gl", "ast", "lad"})
TEMPLATE = re.compile(
    r"\{\{[^{}\n]{0,80}\}\}|\{%[^%\n]{0,120}%\}|\$\{[^{}\n]{1,60}\}|<<[^<>\n]{1,60}>>|\{[A-Z][A-Z0-9_ ]{2,40}\}"
    r"|%[A-Z][A-Z0-9_]{2,40}%"
)
BLANK = re.compile(
    "|".join(
        (
            r"\[(?:[●•*]|_{2,}|x{2,})\]|_{4,}",
            r"\[(?:insert|enter|add|your|our|name of|date of|address of)\b[^\]\n]{0,60}\]",
            (
                r"\[(?:the )?(?:company|organi[sz]ation|business|website|site|app|service|product|controller|contact"
                r"|e-?mail|phone|postal|street|legal|effective|full|registered|state|country|city|jurisdiction)"
                r"(?:[ -/](?:name|address|url|number|date|entity|link|details|here|e-?mail|title|location)){0,2}\]"
            ),
            r"\[(?:firma|firmenname|unternehmen|anschrift|adresse|datum|e-mail-adresse)\]",
            r"\[(?:soci[ée]t[ée]|nom de [^\]\n]{2,40}|empresa|raz[óo]n social|correo)\]",
            r"[\[【](?:某某)?(?:公司|企业|平台|产品|网站|联系)(?:名称|全称|地址|日期|邮箱|电话|网址|链接)?[\]】]",
        )
    ),
    re.IGNORECASE,
)
# A number without a following space, such as “7)Use”.
NUMBERED = re.compile(r"[ \t]*\(?\d{1,2}[.)](?=[A-Z\u0100-\U0010ffff])(?=[^\W\d_])")
BULLETED = re.compile(r"[ \t]*(?:[•·▪◦‣∙●○■□◆][ \t]*\S|-(?=[^\W\d_]))")
LETTERED = re.compile(r"[ \t]*\(?(?:[a-z]|[ivx]{1,5}|\d{1,2})\)[ \t]+\S")
# Every heading is compared with every other one.
MOST_COMPARED, LONGEST_COMPARED = 100, 200
LOST_BREAK = re.compile(r"\S[ \t]*[ \t]{2}$")

empty_file = on_reading("TEXT-empty", "A file contains no text.")


@rule("TEXT-title", Severity.ERROR, "A text does not have exactly one title at its beginning.")
def not_one_title(ctx: CheckContext) -> Iterator[Finding]:
    """Report texts that do not begin with a heading of the first level, or have several."""
    for text in ctx.texts:
        tops = [clause for clause in text.document.clauses if clause.level == 1]
        first = text.document.clauses[0] if text.document.clauses else None
        if not tops or (first and first.level != 1):
            yield not_one_title.finding(
                text.place(1),
                "The text does not begin with its title.",
                evidence=text.document.blocks[0].text[:80],
                fix="Begin the text with “# ” and the title.",
            )
        for clause in tops[1:]:
            yield not_one_title.finding(
                text.place(clause.line),
                f"“{clause.heading}” is a second title.",
                evidence=clause.heading,
                fix="Write “## ” before it: a text has one title, with sections below it.",
            )


@rule("TEXT-placeholder", Severity.ERROR, "A text contains filler text or a hidden e-mail address.")
def filler_text(ctx: CheckContext) -> Iterator[Finding]:
    """Report hidden e-mail addresses, filler text and similar leftovers."""
    for text, block, words in _matches(ctx, SCRAPED):
        yield filler_text.finding(
            text.place_of(block, words),
            f"“{words}” is a leftover of copying or filler text.",
            evidence=words,
            fix="Write the e-mail address; it was hidden on the page from which the text was copied."
            if "protected" in words.lower()
            else "Write the intended text, or remove it.",
        )
    for text in ctx.texts:
        for link in text.document.links:
            if SCRAPED_LINK in link.target:
                yield filler_text.finding(
                    text.place(link.line),
                    f"The link “{link.text}” leads to a service that hides e-mail addresses, not to the address.",
                    evidence=link.target,
                    fix="Write the address: “<name@shop.example>”.",
                )


@rule("TEXT-todo", Severity.ERROR, "A text contains a marker of unfinished work.")
def unfinished(ctx: CheckContext) -> Iterator[Finding]:
    """Report TODO and similar markers in capitals, except “TODO” in languages in which it means “all”."""
    for text, block, words in _matches(ctx, TODO):
        if words != "TODO" or _primary(text.edition.language) not in TODO_MEANS_ALL:
            yield unfinished.finding(
                text.place_of(block, words),
                f"“{words}” marks unfinished work.",
                evidence=words,
                fix="Complete the text, or remove the marker.",
            )


@rule("TEXT-template", Severity.ERROR, "A text contains an unfilled template variable.")
def template_variable(ctx: CheckContext) -> Iterator[Finding]:
    """Report variables of common template languages outside code."""
    for text, block, words in _matches(ctx, TEMPLATE):
        yield template_variable.finding(
            text.place_of(block, words),
            f"“{words}” is a template variable, which is shown to readers literally.",
            evidence=words,
            fix="Replace it with its value: variables in a text are not replaced automatically.",
        )


@rule("TEXT-blank", Severity.QUESTION, "A text contains a blank that may still have to be filled in.")
def unfilled_blank(ctx: CheckContext) -> Iterator[Finding]:
    """Report brackets such as “[Company]” and lines to fill in."""
    for text, block, words in _matches(ctx, BLANK):
        yield unfilled_blank.finding(
            text.place_of(block, words),
            f"Does “{words}” still have to be filled in?",
            evidence=words,
            fix="Fill it in, or dismiss the question and state why it is needed.",
        )


@rule("TEXT-list", Severity.ERROR, "Lines look like a list but will not be shown as one.")
def list_not_recognised(ctx: CheckContext) -> Iterator[Finding]:
    """Report lines of paragraphs that look like list items; Markdown joins them into one paragraph."""
    for text in ctx.texts:
        for block in text.document.blocks:
            if block.kind is BlockKind.PARAGRAPH and (first := _first_item(text, block)):
                line, words = first
                yield list_not_recognised.finding(
                    text.place(line),
                    f"“{words}” looks like a list item, but will be shown inside a paragraph.",
                    evidence=words,
                    fix="Begin the line with “1. ” or “- ”, and leave a blank line before the first item.",
                )


@rule("TEXT-break", Severity.NOTE, "Spaces at the end of a line are not published as a line break.")
def line_break_lost(ctx: CheckContext) -> Iterator[Finding]:
    """Report Markdown line breaks made of two spaces, which the canonical text does not contain."""
    for text in ctx.texts:
        written = re.split(r"\r\n|\r|\n", text.edition.source.text)[text.edition.body_line - 1 :]
        lost = [
            number
            for block in text.document.blocks
            if block.kind is BlockKind.PARAGRAPH
            for number, _ in text.lines_of(block)[:-1]
            if LOST_BREAK.search(written[number - 1])
        ]
        if lost:
            lines = "this line" if len(lost) == 1 else f"{len(lost)} lines"
            yield line_break_lost.finding(
                text.place(lost[0]),
                f"Spaces at the end of {lines} are not published, so they do not make a line break.",
                evidence=written[lost[0] - 1].strip()[-60:],
                fix="End the line with “\\” for a line break, or make it a list.",
            )


@rule("TEXT-levels", Severity.QUESTION, "A heading skips a level.")
def level_skipped(ctx: CheckContext) -> Iterator[Finding]:
    """Report headings more than one level below the previous one."""
    for text in ctx.texts:
        above = 1
        for clause in text.document.clauses:
            if clause.level > above + 1:
                marks = "#" * (above + 1)
                yield level_skipped.finding(
                    text.place(clause.line),
                    f"“{clause.heading}” is a heading of level {clause.level} directly below one of level {above}.",
                    evidence=clause.heading,
                    fix=f"Write “{marks} ”: users of screen readers navigate by heading levels.",
                )
            above = max(clause.level, 1)


@rule("TEXT-twice", Severity.ERROR, "Two sections have the same id.")
def duplicate_id(ctx: CheckContext) -> Iterator[Finding]:
    """Report headings with the id of an earlier heading."""
    for text in ctx.texts:
        lines: dict[str, str] = {}
        for heading in text.document.headings:
            if heading.id in lines:
                yield duplicate_id.finding(
                    text.place(heading.line),
                    f"“{heading.text}” has the id “{heading.id}”, which “{lines[heading.id]}” already has.",
                    evidence=heading.id,
                    fix="Give one of the two a different id in “{#…}”.",
                )
            lines.setdefault(heading.id, heading.text)


@rule("TEXT-gone", Severity.QUESTION, "The id of a section differs from the previous version.")
def id_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report headings whose id differs from the previous version; removed sections are ignored."""
    for text in ctx.texts:
        renamed = list(_renamed(text, ctx.document(text.predecessor))) if text.predecessor else []
        if renamed:
            gone, clause = renamed[0]
            more = f", and {len(renamed) - 1} more" if len(renamed) > 1 else ""
            yield id_changed.finding(
                text.place(clause.line),
                f"“{clause.heading}” had the id “{gone}” in the previous version and now has “{clause.id}”{more}; "
                "links to the old id no longer work.",
                evidence=", ".join(old_id for old_id, _ in renamed),
                fix=f"Write “{{#{gone}}}” after the heading, "
                "or dismiss the question and state that there are no links to it.",
            )


@rule("TEXT-id", Severity.NOTE, "A section has no explicit id.")
def no_explicit_id(ctx: CheckContext) -> Iterator[Finding]:
    """Report headings below the title without “{#id}”, in one note per text."""
    for text in ctx.texts:
        without = [clause for clause in text.document.clauses if clause.level > 1 and not clause.explicit_id]
        if without:
            first = without[0]
            others = f" and {len(without) - 1} more have" if len(without) > 1 else " has"
            yield no_explicit_id.finding(
                text.place(first.line),
                f"“{first.heading}”{others} no explicit id, so links break when the heading is reworded."
                if len(without) > 1
                else f"“{first.heading}” has no explicit id, so links break when the heading is reworded.",
                evidence=first.heading,
                fix=f"Write an id after each heading: “{first.heading} {{#{first.id}}}”.",
            )


def _matches(ctx: CheckContext, pattern: re.Pattern[str]) -> Iterator[tuple[CheckedText, Block, str]]:
    """Yield matches of `pattern` in the prose of all open texts; the same words only once per text."""
    for text in ctx.texts:
        reported: set[str] = set()
        for block in text.prose:
            for match in pattern.finditer(block.text):
                if match[0] not in reported and not text.is_code(block, match.start()):
                    reported.add(match[0])
                    yield text, block, match[0]


def _first_item(text: CheckedText, block: Block) -> tuple[int, str] | None:
    """Return the first line of `block` that looks like a list item; None if a single match is likely a coincidence."""
    lines = text.lines_of(block)
    numbered = [(number, line) for number, line in lines if NUMBERED.match(line)]
    bulleted = [(number, line) for number, line in lines if BULLETED.match(line)]
    lettered = [(number, line) for number, line in lines if LETTERED.match(line)]
    several = [items for items in (bulleted, lettered) if len(items) > 1]
    wrong = numbered or (several[0] if several else [])
    return (wrong[0][0], wrong[0][1].strip()[:60]) if wrong else None


def _renamed(text: CheckedText, before: Document) -> Iterator[tuple[str, Clause]]:
    new = _missing_from(before, text.document)
    headings = [clause.heading for clause in new]
    for old in _missing_from(text.document, before) if new else ():
        if close := difflib.get_close_matches(old.heading, headings, n=1, cutoff=0.75):
            yield old.id, new[headings.index(close[0])]


def _missing_from(document: Document, other: Document) -> list[Clause]:
    """Return the clauses of `other` below its title whose ids are not in `document`."""
    ids = {clause.id for clause in document.clauses}
    missing = [clause for clause in other.clauses if clause.level > 1 and clause.id not in ids]
    return [clause for clause in missing if len(clause.heading) <= LONGEST_COMPARED][:MOST_COMPARED]


def _primary(language: Language) -> str:
    return language.tag.partition("-")[0]


RULES = (
    empty_file,
    not_one_title,
    filler_text,
    unfinished,
    template_variable,
    unfilled_blank,
    list_not_recognised,
    line_break_lost,
    level_skipped,
    duplicate_id,
    id_changed,
    no_explicit_id,
)
