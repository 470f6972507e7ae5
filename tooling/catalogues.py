"""Update the catalogues of interface words: `catalogues.py [LANGUAGE]` adds a catalogue for LANGUAGE first.

A catalogue is one gettext file per language in `tooling/inforce/site/messages/`, which translators edit. It contains
the words of the site, with the English text as the key, and the words of the browser elements in the contexts of
`ELEMENTS`, with their names as keys and the English text in a comment. The sources of the English words are the
templates, `Labels`, `PaperWords`, and `MESSAGES` in the modules for browsers.

This script adds new messages and removes unused ones, marks translations whose English text has changed as `fuzzy`,
and writes the files made from the catalogues: one module per language for browsers and the two lists of languages.
`tests/test_catalogues.py` compares all of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog, extract
from babel.messages.jslexer import Token, tokenize, unquote_string
from babel.messages.pofile import read_po, write_po

from inforce.language import canonical_tag
from inforce.publication.files.pdf import WORDS
from inforce.rendering.labels import ENGLISH, TRANSLATED

TOOLING = Path(__file__).parent
SITE = TOOLING / "inforce" / "site"
CATALOGUES = SITE / "messages"
BROWSER = TOOLING / "browser"
PYTHON_LIST = TOOLING / "inforce" / "language" / "interface.py"
ELEMENTS = ("prompt", "choices")  # the contexts, and the modules with their English words
IMPORTS = """\
// The messages of each language. Bundlers include a module only if its path is literal; build.js computes the path.
// Written by tooling/catalogues.py.
const imports = {{
{}}};

export const LANGUAGES = Object.keys(imports);
export const catalogue = (language) => imports[language]();
"""
KEYWORDS = {"_": None, "ngettext": (1, 2)}
HEADER = """\
# Interface words in {name}. In messages of the site, the English text is the key. In the contexts “prompt” and
# “choices”, the key is a name, and the English text is in the comment above it. Keep %(…)s and {{…}} as they are.
# After a change, run “make catalogues”."""


def catalogue(path: Path) -> Catalog:
    """Return the catalogue in the file `path`."""
    return read_po(BytesIO(path.read_bytes()), abort_invalid=True)


def languages() -> list[str]:
    """Return the tags of all catalogues."""
    return sorted(path.stem for path in CATALOGUES.glob("*.po"))


def english_words(element: str) -> dict[str, str]:
    """Return the English words of the browser element `element` by name, from `MESSAGES` in its module."""
    module = BROWSER / f"{element}.js"
    tokens = tokenize(module.read_text("utf-8")) if module.is_file() else iter(())
    return dict(_entries(tokens))


def _entries(tokens: Iterator[Token]) -> Iterator[tuple[str, str]]:
    """Yield the names and strings of the object literal assigned to `MESSAGES`."""
    for token in tokens:
        if token.value == "MESSAGES" and next(tokens).value == "=" and next(tokens).value == "{":
            break
    parts: list[str] = []
    for token in tokens:
        if token.value == "}":
            return
        if token.type in ("name", "string"):
            parts.append(unquote_string(token.value) if token.type == "string" else token.value)
            if len(parts) == 2:
                yield parts[0], parts[1]
                parts.clear()


def template() -> Catalog:
    """Return a catalogue with all messages and no translations."""
    messages = Catalog()
    pages = extract.extract_from_dir(str(SITE), [("**/templates/pages/**.html", "jinja2")], keywords=KEYWORDS)
    for _, _, message, _, _ in pages:
        messages.add(message)
    for sentence in (getattr(ENGLISH, name) for name in TRANSLATED):
        messages.add(sentence)
    for field in fields(WORDS):
        messages.add(getattr(WORDS, field.name))
    for element in ELEMENTS:
        for name, english in english_words(element).items():
            messages.add(name, context=element, auto_comments=[english])
    return messages


def updated(old: Catalog, tag: str) -> Catalog:
    """Return the catalogue `old` with exactly the messages of `template`, for the language `tag`."""
    locale = Locale.parse(tag, sep="-")
    new = Catalog(locale=locale, header_comment=HEADER.format(name=locale.get_display_name("en")), fuzzy=False)
    for wanted in template():
        if wanted.id:
            found = old.get(wanted.id, wanted.context)
            string = found.string if found else ("",) * new.num_plurals if wanted.pluralizable else ""
            # Long comments are written as several lines.
            changed = found and found.string and " ".join(found.auto_comments) != " ".join(wanted.auto_comments)
            flags = {"fuzzy"} if found and (changed or found.fuzzy) else set()
            comments = found.user_comments if found else ()
            new.add(wanted.id, string, (), flags, wanted.auto_comments, comments, context=wanted.context)
    return new


def written(messages: Catalog, tag: str) -> bytes:
    """Return the file of the catalogue `messages` for the language `tag`."""
    file = BytesIO()
    write_po(file, messages, width=0, no_location=True, omit_header=True)
    header = messages.header_comment + (
        f'\nmsgid ""\nmsgstr ""\n"Language: {tag}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {messages.plural_forms}\\n"\n\n'
    )
    return header.encode() + file.getvalue().rstrip(b"\n") + b"\n"


def module(messages: Catalog) -> str:
    """Return the module with the browser's words of `messages`."""
    words = {element: _words(messages, element) for element in ELEMENTS}
    lines = ["// Written by tooling/catalogues.py; edit the catalogue of the language instead.", "export default {"]
    lines += [*_lines(words["prompt"]), "};"]
    if words["choices"]:
        lines += ["export const choices = {", *_lines(words["choices"]), "};"]
    return "\n".join(lines) + "\n"


def _words(messages: Catalog, element: str) -> dict[str, str]:
    found = {name: messages.get(name, element) for name in english_words(element)}
    return {name: str(message.string) for name, message in found.items() if message and message.string}


def _lines(words: dict[str, str]) -> list[str]:
    return [f"  {_name(name)}: {json.dumps(text, ensure_ascii=False)}," for name, text in words.items()]


def _import(tag: str) -> str:
    return f'  {_name(tag)}: () => import("./messages/{tag}.js"),\n'


def _name(name: str) -> str:
    """Return `name` as a key of an object literal."""
    return name if name.isidentifier() else json.dumps(name)


def made() -> dict[Path, str]:
    """Return the content of each file that is made from the catalogues."""
    tags = languages()
    every = ", ".join(f'"{tag}"' for tag in sorted(["en", *tags]))
    files = {BROWSER / "messages" / f"{tag}.js": module(catalogue(CATALOGUES / f"{tag}.po")) for tag in tags}
    files[BROWSER / "catalogues.js"] = IMPORTS.format("".join(map(_import, tags)))
    files[PYTHON_LIST] = (
        '"""The languages with interface words: English and the catalogues. Written by `tooling/catalogues.py`."""\n\n'
        f"INTERFACE_LANGUAGES = ({every})\n"
    )
    return files


def main(added: list[str]) -> int:
    """Update all catalogues and the files made from them; return 1 if translations are missing."""
    missing = 0
    for tag in sorted({*languages(), *map(canonical_tag, added)}):
        path = CATALOGUES / f"{tag}.po"
        old = catalogue(path) if path.is_file() else Catalog()
        new = updated(old, tag)
        path.write_bytes(written(new, tag))
        undone = [message for message in new if message.id and (message.fuzzy or not all(_strings(message.string)))]
        missing += len(undone)
        for message in undone:
            print(f"{path.name}: {'outdated' if message.fuzzy else 'missing'}: {message.context or ''} {message.id}")
    for path, text in made().items():
        path.write_text(text, "utf-8")
    return 1 if missing else 0


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else string


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
