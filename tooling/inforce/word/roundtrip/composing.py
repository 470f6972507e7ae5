"""The inline source of an edited block: unchanged parts as written, new parts newly escaped.

Invariants: an unchanged character is written as in the source, inside its original marks; empty marks are removed. New
words get the marks that their formats require, preferably those of their neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from inforce.markdown import BlockKind, SpanKind
from inforce.markdown.source import Node, Wrap
from inforce.word.export.links import SAFE_SCHEMES
from inforce.word.roundtrip.rebuild import KeptBlock, New
from inforce.word.roundtrip.spelling import address, escaped, fence
from inforce.word.roundtrip.values import Form, Forms
from inforce.word.roundtrip.views import forms_of, forms_within

_HIDDEN_LINK = Form("link")
_MARKS = {"strong": "**", "emphasis": "*"}
_ORDER = ("link", "strong", "emphasis", "code")
_WITHOUT_LINES = (BlockKind.HEADING, BlockKind.CELL)
Chain = tuple[Wrap, ...]


class CannotBeWrittenError(Exception):
    """A block contains something that Markdown cannot express."""


@dataclass(slots=True, kw_only=True)
class _Atom:
    """The smallest unit of output, usually one character. `source` is its source, None for words not yet escaped."""

    text: str
    forms: Forms
    source: str | None
    chain: Chain | None
    piece: tuple[int, int] = (0, -1)
    address: str = ""

    @property
    def is_blank(self) -> bool:
        return self.text.isspace() and Form("code") not in self.forms


def composed(new: New, anchors: dict[str, str]) -> str:
    """Return the inline source of the leaf `new`; `anchors` maps bookmarks to heading ids.

    Raises CannotBeWrittenError for content that Markdown cannot express.
    """
    atoms = list(_atoms(new))
    _choose_chains(atoms, anchors)
    _assign_blanks(atoms)
    new.lost = any(_HIDDEN_LINK in atom.forms - _shown(atom.chain or ()) for atom in atoms)
    return _written(atoms, 0, new.strict)


def _atoms(new: New) -> Iterator[_Atom]:
    for (leaf, piece), group in groupby(new.signs, key=lambda sign: (sign.leaf, sign.piece)):
        run = list(group)
        if leaf is None or piece < 0 or leaf.kind is BlockKind.CODE:
            yield from (_fresh(item, new) for item in run)
        else:
            yield from _kept(leaf, piece, run, new)


def _kept(leaf: Node, number: int, run: Sequence[KeptBlock], new: New) -> Iterator[_Atom]:
    piece = leaf.pieces[number]
    same = all(item.sign.forms == forms_of(piece) or item.sign.text.isspace() for item in run)
    whole = len(run) == len(piece.text)
    if piece.image and not (whole and same):
        raise CannotBeWrittenError("the description of a picture was changed")
    if not whole:
        yield from (_fresh(item, new) for item in run)
        return
    source = piece.source if same or piece.source.startswith("\n") else None
    if "\n" in (source or "") and new.kind in _WITHOUT_LINES:
        _refuse_line(piece.text)
        source = piece.text
    forms = run[0].sign.forms
    chain = piece.wraps if same else None
    yield _Atom(
        text=piece.text, forms=forms, source=source, chain=chain, piece=(id(leaf), number), address=run[0].sign.address
    )


def _fresh(block: KeptBlock, new: New) -> _Atom:
    if new.kind in _WITHOUT_LINES:
        _refuse_line(block.sign.text)
    return _Atom(text=block.sign.text, forms=block.sign.forms, source=None, chain=None, address=block.sign.address)


def _refuse_line(text: str) -> None:
    if text == "\n":
        raise CannotBeWrittenError("a heading or a cell of a table has a line break")


def _choose_chains(atoms: Sequence[_Atom], anchors: dict[str, str]) -> None:
    """Choose the marks around inserted text."""
    before: Chain = ()
    for atom, after in zip(atoms, _chains_after(atoms), strict=True):
        if atom.is_blank:
            continue
        if atom.chain is None:
            atom.chain = _chain_for(atom, before, after, anchors)
        before = atom.chain


def _chains_after(atoms: Sequence[_Atom]) -> list[Chain]:
    """Return for each of `atoms` the chain of the next visible character that has one; takes linear time."""
    chains: list[Chain] = []
    after: Chain = ()
    for atom in reversed(atoms):
        chains.append(after)
        if atom.chain is not None and not atom.is_blank:
            after = atom.chain
    return chains[::-1]


def _chain_for(atom: _Atom, before: Chain, after: Chain, anchors: dict[str, str]) -> Chain:
    candidates = [chain[:length] for chain in (before, after) for length in range(len(chain), -1, -1)]
    exact = next((chain for chain in candidates if _shown(chain) == atom.forms), None)
    if exact is not None:
        return exact
    fitting = [
        candidate
        for candidate in candidates
        if _shown(candidate) <= atom.forms and Form("code") not in _shown(candidate)
    ]
    best = max(fitting, key=len)
    missing = sorted(atom.forms - _shown(best) - {_HIDDEN_LINK}, key=lambda form: _ORDER.index(form.kind))
    return (*best, *(_new_wrap(form, atom, anchors) for form in missing))


def _shown(chain: Chain) -> Forms:
    return forms_within(chain)


def _new_wrap(form: Form, atom: _Atom, anchors: dict[str, str]) -> Wrap:
    if form.kind == "code":
        return Wrap(kind=SpanKind.CODE, opening="`", closing="`")
    if form.kind != "link":
        return Wrap(kind=SpanKind(form.kind), opening=_MARKS[form.kind], closing=_MARKS[form.kind])
    target = anchors.get(atom.address.removeprefix("#"), "") if atom.address.startswith("#") else atom.address
    if atom.address.startswith("#"):
        target = f"#{target}" if target else ""
    elif not target.lower().startswith(SAFE_SCHEMES):
        target = ""
    if not target:
        raise CannotBeWrittenError(f"a link leads to “{atom.address[:80]}”, which policies do not support as a target")
    return Wrap(kind=SpanKind.LINK, target=target, opening="[", closing=f"]({address(target)})")


def _assign_blanks(atoms: Sequence[_Atom]) -> None:
    """Move blanks inside the marks that are on both sides of them; unchanged blanks stay where they are."""
    before: Chain = ()
    # Every visible character has its chain by now.
    for place, (atom, after) in enumerate(zip(atoms, _chains_after(atoms), strict=True)):
        if not atom.is_blank:
            before = atom.chain or ()
        elif atom.chain is None or not _undisturbed(atoms, place):
            atom.chain = _shared(before, after)


def _undisturbed(atoms: Sequence[_Atom], place: int) -> bool:
    leaf, number = atoms[place].piece
    before = atoms[place - 1].piece if place else None
    after = atoms[place + 1].piece if place + 1 < len(atoms) else None
    return number >= 0 and before == (leaf, number - 1) and after == (leaf, number + 1)


def _shared(chain: Chain | None, two: Chain | None) -> Chain:
    shared = []
    for left, right in zip(chain or (), two or (), strict=False):
        if left is not right:
            break
        shared.append(left)
    return tuple(wrap for wrap in shared if wrap.kind is not SpanKind.CODE)


def _written(atoms: Sequence[_Atom], depth: int, strict: int) -> str:
    """Return `atoms` as source, without the outermost `depth` marks, which are already written."""
    parts = []
    for wrap, group in groupby(atoms, key=lambda atom: _at(atom, depth)):
        run = list(group)
        parts.append(_spelt(run, strict) if wrap is None else _wrapped(wrap, run, depth, strict))
    return "".join(parts)


def _at(atom: _Atom, depth: int) -> Wrap | None:
    chain = atom.chain or ()
    return chain[depth] if depth < len(chain) else None


def _wrapped(wrap: Wrap, atoms: Sequence[_Atom], depth: int, strict: int) -> str:
    if wrap.kind is SpanKind.CODE:
        return _code(wrap, "".join(atom.source or atom.text for atom in atoms))
    inner = _written(atoms, depth + 1, strict)
    if wrap.automatic and inner != wrap.inner:
        return f"[{_written(atoms, depth + 1, 1)}]({address(wrap.target)})"
    if wrap.kind is SpanKind.LINK and inner != wrap.inner and wrap.closing in ("]", "][]"):
        return f"{wrap.opening}{inner}][{wrap.inner}]"
    return f"{wrap.opening}{inner}{wrap.closing}"


def _code(wrap: Wrap, inner: str) -> str:
    if inner == wrap.inner:
        return f"{wrap.opening}{inner}{wrap.closing}"
    marks = fence(inner, len(wrap.opening.strip()) or 1)
    space = " " if inner.startswith(("`", " ")) or inner.endswith(("`", " ")) or wrap.opening.endswith(" ") else ""
    return f"{marks}{space}{inner}{space}{marks}"


def _spelt(atoms: Sequence[_Atom], strict: int) -> str:
    parts = []
    for is_new, group in groupby(atoms, key=lambda atom: atom.source is None):
        run = list(group)
        text = "".join(atom.text for atom in run)
        parts.append(escaped(text, strict=strict) if is_new else "".join(atom.source or "" for atom in run))
    return "".join(parts)
