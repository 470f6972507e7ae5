"""Books of any size with realistic texts: about 10 kB per text, and edits of realistic sizes.

Invariants: the same size yields the same book, byte for byte. The texts of a policy follow one plan of sections and
blocks, written in every language with synthetic words that consist of syllables of a script and follow Zipf's law. From
version to version a few blocks change, as measured on the public history of six policies: half of the edits change at
most three blocks, and one in ten changes a quarter of all blocks.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "zh-Hans")
# Policies, versions and languages, by the resulting number of version pages.
SIZES = {
    100: (5, 10, 2),
    1_000: (10, 20, 5),
    5_000: (25, 25, 8),
    20_000: (50, 40, 10),
}
_FIRST = date(2017, 3, 1)
_STEP = 75
_EPOCH = 1_488_000_000
_WORDS = 3_000
_SECTIONS = range(6, 9)
_SENTENCE = range(9, 26)
_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 1_200)]


class Shape(NamedTuple):
    """The number of policies, of versions per policy, and of languages."""

    policies: int
    versions: int
    languages: int

    @property
    def pages(self) -> int:
        """Return the number of version pages."""
        return self.policies * self.versions * self.languages


class Lexicon:
    """The words of one language, and rules for sentences."""

    def __init__(self, language: str) -> None:
        """Generate the words of `language`, which are the same on every machine."""
        chance = random.Random(f"words of {language}")  # noqa: S311 - not a secret
        self.spaced = not language.startswith("zh")
        if self.spaced:
            syllables = ["".join(pair) for pair in itertools.product("bcdfglmnprstv", ("a", "e", "i", "o", "u", "er"))]
            words = {"".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(_WORDS * 2)}
        else:
            words = {"".join(chance.choices(_HAN, k=chance.choice((1, 2, 2, 2, 3)))) for _ in range(_WORDS * 2)}
        self.words = sorted(words)[:_WORDS]
        chance.shuffle(self.words)
        self._weights = list(itertools.accumulate(1 / place for place in range(1, len(self.words) + 1)))

    def some(self, chance: random.Random, count: int) -> list[str]:
        """Return `count` random words."""
        return chance.choices(self.words, cum_weights=self._weights, k=count)

    def sentence(self, chance: random.Random) -> str:
        """Return a random sentence; one in six contains a period, one in fifteen has emphasis or a link."""
        words = self.some(chance, chance.choice(_SENTENCE))
        if chance.random() < 1 / 6:
            words[len(words) // 2] = f"{chance.choice((7, 12, 14, 24, 30, 90))} {words[len(words) // 2]}"
        if chance.random() < 1 / 15:
            words[-2] = f"**{words[-2]}**"
        if chance.random() < 1 / 15:
            words[1] = f"[{words[1]}](https://example.com/{chance.randrange(40)}/)"
        text = (" " if self.spaced else "").join(words)
        return text[0].upper() + text[1:] + ("." if self.spaced else "。")


@dataclass(frozen=True)
class Block:
    """A block of a plan: a heading, a paragraph or a list, generated from `seed` and the seeds of its `edits`."""

    kind: str
    seed: int
    edits: tuple[int, ...] = ()


@dataclass
class Plan:
    """The successive versions of a policy as blocks, which are written in every language with its own words."""

    chance: random.Random
    blocks: list[Block] = field(default_factory=list)

    @classmethod
    def of(cls, policy: int) -> Plan:
        """Plan the first version of the policy with this number."""
        plan = cls(random.Random(f"plan of {policy}"))  # noqa: S311 - not a secret
        for _ in range(plan.chance.choice(_SECTIONS)):
            plan.blocks.append(plan.fresh("heading"))
            kinds = plan.chance.choices(("paragraph", "list", "table"), (8, 3, 0.4), k=plan.chance.choice((2, 3, 4)))
            plan.blocks += [plan.fresh(kind) for kind in kinds]
        return plan

    def fresh(self, kind: str) -> Block:
        """Plan a new block."""
        return Block(kind, self.chance.getrandbits(48))

    def revise(self) -> None:
        """Advance to the next version."""
        for _ in range(min(len(self.blocks) // 2, max(1, round(self.chance.lognormvariate(1.0, 1.2))))):
            place = self.chance.randrange(1, len(self.blocks))
            block = self.blocks[place]
            act = self.chance.choices(("edit", "add", "drop", "move"), (16, 3, 2, 1))[0]
            if act == "add":
                self.blocks.insert(place + 1, self.fresh("paragraph"))
            elif act == "edit" or block.kind == "heading":
                self.blocks[place] = replace(block, edits=(*block.edits, self.chance.getrandbits(48)))
            else:
                del self.blocks[place]
                if act == "move":
                    self.blocks.insert(self.chance.randrange(1, len(self.blocks)), block)


class Teller:
    """Writes plans in one language; blocks are cached, since most do not change between versions."""

    def __init__(self, language: str) -> None:
        """Set the `language`."""
        self.language = language
        self.lexicon = Lexicon(language)
        self.told: dict[Block, str] = {}

    def text(self, plan: Plan, policy: int) -> str:
        """Return the text of the whole `plan`."""
        if len(self.told) > 5_000:
            self.told.clear()
        return f"# Policy {policy}\n\n" + "\n\n".join(self.block(block) for block in plan.blocks) + "\n"

    def block(self, block: Block) -> str:
        """Return the text of one block."""
        if block not in self.told:
            self.told[block] = self._grown(block)
        return self.told[block]

    def _grown(self, block: Block) -> str:
        chance = random.Random(f"{block.seed} {self.language}")  # noqa: S311 - not a secret
        if block.kind == "heading":
            title = " ".join(self.lexicon.some(chance, 3)).capitalize()
            return f"## {title} {{#s{block.seed:x}}}"
        if block.kind == "table":
            rows = [self.lexicon.some(chance, 3) for _ in range(5)]
            return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * 3, *rows[1:]))
        count = chance.choice((2, 3, 4)) if block.kind == "paragraph" else chance.choice((3, 4, 5))
        sentences = [self.lexicon.sentence(chance) for _ in range(count)]
        for edit in block.edits:
            self._edit(sentences, edit)
        if block.kind == "list":
            return "\n".join(f"- {sentence}" for sentence in sentences)
        return (" " if self.lexicon.spaced else "").join(sentences)

    def _edit(self, sentences: list[str], seed: int) -> None:
        """Change a few words of a sentence, or replace the whole sentence."""
        chance = random.Random(f"{seed} {self.language}")  # noqa: S311 - not a secret
        place = chance.randrange(len(sentences))
        act = chance.choices(("words", "add", "drop", "rewrite"), (6, 2, 1, 1))[0]
        if act == "words":
            parts = sentences[place].split(" ")
            at = chance.randrange(len(parts))
            parts[at : at + chance.choice((1, 1, 2, 4))] = self.lexicon.some(chance, chance.choice((1, 1, 2, 4)))
            sentences[place] = " ".join(parts)
        elif act == "drop" and len(sentences) > 1:
            del sentences[place]
        elif act == "add":
            sentences.insert(place, self.lexicon.sentence(chance))
        else:
            sentences[place] = self.lexicon.sentence(chance)


class Written(NamedTuple):
    """A file of a book: its path in the repository, its content, and the index of the commit that adds it."""

    path: str
    text: str
    commit: int


def label(version: int) -> str:
    """Return the label of the version with this index: its effective date."""
    return (_FIRST + timedelta(days=_STEP * version)).isoformat()


def book(shape: Shape, *, extra_version: bool = False) -> Iterator[Written]:
    """Yield the files of a book of this `shape`; with `extra_version`, only the next version of its first policy."""
    languages = LANGUAGES[: shape.languages]
    tellers = [Teller(language) for language in languages]
    if not extra_version:
        yield Written("policy_versions/book.yml", _book_yml(languages), 0)
    for policy in range(1 if extra_version else shape.policies):
        plan = Plan.of(policy)
        folder = f"policy_versions/policy-{policy:03}"
        if not extra_version:
            yield Written(f"{folder}/policy.yml", _policy_yml(policy, languages), 0)
        for version in range(shape.versions + extra_version):
            if version:
                plan.revise()
            if version == shape.versions or not extra_version:
                # The last one is material, so that the manifest need not list an older version.
                level = ("material", "notice", "editorial")[(shape.versions - 1 - version) % 3]
                yield from _version(folder, level, (policy, version), plan, tellers)


def _version(folder: str, level: str, numbers: tuple[int, int], plan: Plan, tellers: list[Teller]) -> Iterator[Written]:
    policy, version = numbers
    commit = version + 1
    meta = f"published: {label(version)}\nchange: {level}\n"
    yield Written(f"{folder}/{label(version)}/version.yml", meta, commit)
    binding = ""
    for teller in tellers:
        text = teller.text(plan, policy)
        binding = binding or f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        head = ["summary:", f"  - text: What changed in {label(version)}, in plain words."] if version else []
        head += [f"translates: {binding}"] if teller is not tellers[0] else []
        front = "\n".join(["---", *head, "---", ""]) if head else ""
        yield Written(f"{folder}/{label(version)}/{teller.language}.md", front + text, commit)


def _book_yml(languages: tuple[str, ...]) -> str:
    return (
        "publisher:\n  name: Example Shop\n  url: https://shop.example/\n  contact: privacy@shop.example\n"
        f"site: https://policies.shop.example/\ntimezone: Europe/Berlin\nlanguages: [{', '.join(languages)}]\n"
        "compare_pairs: 0\nmanifest_bytes: 65536\n"
    )


def _policy_yml(policy: int, languages: tuple[str, ...]) -> str:
    titles = "".join(f"  {language}: Policy {policy}\n" for language in languages)
    return f"title:\n{titles}kind: terms\nbinding_language: {languages[0]}\nact: accept\n"


def write(root: Path, shape: Shape) -> None:
    """Write a book of this `shape` to `root`, with a commit per round of versions."""
    rounds: dict[int, list[Written]] = {}
    for written in book(shape):
        rounds.setdefault(written.commit, []).append(written)
        put(root, written)
    put(root, Written("mkdocs.yml", "site_name: Policies\ntheme: {name: material}\nplugins: [search, inforce]\n", 0))
    (root / "docs").mkdir(exist_ok=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(root)], check=True)
    stream = b"".join(_commit(number, rounds[number]) for number in sorted(rounds))
    subprocess.run(["git", "-C", str(root), "fast-import", "--quiet"], input=stream, check=True)
    subprocess.run(["git", "-C", str(root), "reset", "--quiet"], check=True)


def put(root: Path, written: Written) -> None:
    """Write a file below `root`."""
    path = root / written.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written.text, "utf-8")


def _commit(number: int, files: list[Written]) -> bytes:
    message = f"versions of round {number}"
    head = f"commit refs/heads/main\ncommitter Ada Editor <ada@example.org> {_EPOCH + 86_400 * number} +0000\n"
    parts = [f"{head}data {len(message)}\n{message}\n".encode()]
    for file in files:
        raw = file.text.encode()
        parts.append(b"M 644 inline %b\ndata %d\n%b\n" % (file.path.encode(), len(raw), raw))
    return b"".join(parts)
