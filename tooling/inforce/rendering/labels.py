"""The interface words of renderings; English by default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from inforce.redline import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Labels for changes; translations must keep the placeholders in braces."""

    added: str = "added:"
    deleted: str = "deleted:"
    split_here: str = "paragraph divided here"
    joined_here: str = "paragraphs joined here"
    moved_here: str = "Moved here"
    moved_away: str = "Moved to another place"
    see_origin: str = "previous position"
    see_target: str = "new position"
    unchanged: str = "Unchanged: {headings}"
    beginning: str = "beginning"
    link_was: str = "link changed, before: {was}"
    link_gone: str = "link removed: {was}"
    link_new: str = "link added"
    format_changed: str = "formatting changed"
    structure_changed: str = "before: {was}; now: {now}"
    old_text: str = "Before"
    new_text: str = "After"
    replaced_sentence: str = "“{was}” became “{now}”."
    inserted_sentence: str = "Added: “{now}”."
    deleted_sentence: str = "Deleted: “{was}”."
    moved_sentence: str = "Moved: “{now}”."
    link_sentence: str = "The link of “{now}” changed from {was_target} to {now_target}."
    format_sentence: str = "“{now}” is formatted differently: {lost} became {got}."
    editorial_sentence: str = "“{was}” is spelt “{now}”."
    in_clause: str = "{heading} – {sentence}"
    policies: str = "Policies"
    announced_title: str = "{title}: version {label} is announced"
    in_force_title: str = "{title}: version {label} is in force"
    correction_announced_title: str = "{title}: version {label}, a correction of {amended}, is announced"
    correction_in_force_title: str = "{title}: version {label}, a correction of {amended}, is in force"
    applies_title: str = "{title}: version {label} applies"
    withdrawn_title: str = "{title} no longer applies"
    changes_since: str = "What changed since version {label}"
    more_changes: str = "And {count} more."
    nothing: str = "nothing"
    plain: str = "plain"
    emphasis: str = "emphasis"
    strong: str = "strong"
    code: str = "code"
    link: str = "link"
    image: str = "image"
    heading: str = "heading"
    paragraph: str = "paragraph"
    cell: str = "cell"
    rule: str = "rule"
    quote: str = "quote"
    bullet_list: str = "bullet list"
    ordered_list: str = "ordered list"
    separator: str = ", "  # of lists; from CLDR, not from a translation
    tongue: str = ""  # HTML attributes with the language of these words, if the text around them is in another one

    def spell(self, formats: Iterable[Format]) -> str:
        """Return the names of `formats`, such as “strong, heading 2”."""
        names = (f"{getattr(self, format_.kind)} {format_.value}".rstrip() for format_ in formats)
        return self.separator.join(names) or self.plain


ENGLISH = Labels()
TRANSLATED = tuple(field.name for field in fields(Labels) if field.name not in ("separator", "tongue"))
