"""Synthetic texts for comparison: revised texts, large texts, and texts in scripts without spaces with known words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from redline_engines import Pair, pair_of

LARGE, LONGEST, PARAGRAPH = 280_000, 1_000_000, 200_000
# Sentences segmented manually, with placeholders for a noun (N), a verb (V) and a number (0).
UNSPACED = {
    "Chinese": (
        (
            "我们 V 您 的 N 和 N ， 并 保存 0 天 。",
            "您 可以 随时 联系 客服 ， V 您 的 N 。",
            "未经 您 同意 ， 我们 不会 向 合作伙伴 V N 。",
        ),
        ("姓名", "密码", "地址", "电话号码", "订单", "电子邮件", "设备 信息", "付款 记录", "浏览 历史"),
        ("收集", "使用", "删除", "更正", "披露", "转移", "保存", "查阅"),
    ),
    "Japanese": (
        (
            "当社 は お客様 の N と N を V し ます 。",
            "N は 0 日間 保存 し ます 。",
            "お客様 は N の V を 請求 する こと が でき ます 。",
        ),
        ("氏名", "住所", "電話番号", "パスワード", "メールアドレス", "注文 履歴", "端末 情報", "支払 情報"),
        ("取得", "利用", "削除", "訂正", "開示", "保存", "共有"),
    ),
    "Thai": (
        ("เรา จะ V N และ N ของ คุณ เพื่อ ให้ บริการ", "คุณ สามารถ V N ได้ ตลอด เวลา", "เรา เก็บ N ไว้ 0 วัน หลังจาก ปิด บัญชี"),
        ("ชื่อ", "ที่อยู่", "รหัสผ่าน", "อีเมล", "หมายเลข โทรศัพท์", "ประวัติ การ สั่งซื้อ", "ข้อมูล อุปกรณ์"),
        ("ใช้", "ลบ", "แก้ไข", "เปิดเผย", "เก็บ", "ถ่ายโอน"),
    ),
}  # fmt: skip


class Writer:
    """A deterministic generator of policies with synthetic words, and of edits."""

    def __init__(self) -> None:
        self.chance = random.Random(7)  # noqa: S311 - reproducible, not a secret
        self.words = [
            "".join(self.chance.choices("abcdefghijklmnoprstuvw", k=self.chance.randint(2, 10))) for _ in range(3000)
        ]
        self.weights = [1 / rank for rank in range(1, 3001)]

    def sentence(self, most: int = 25) -> str:
        """Return a random sentence."""
        return (
            " ".join(self.chance.choices(self.words, self.weights, k=self.chance.randint(6, most))).capitalize() + "."
        )

    def blocks(self, count: int) -> list[str]:
        """Return a random text."""
        kinds = ("## {}", "- {}", "{0} {1}", "{0} {1} {2}", "{0} {1} {2} {3}")
        return [self.chance.choice(kinds).format(*(self.sentence() for _ in range(4))) for _ in range(count)]

    def edited(self, block: str, share: float) -> str:
        """Replace the given number of words of `block`."""
        return " ".join(
            self.chance.choice(self.words) if place > 1 and self.chance.random() < share else word
            for place, word in enumerate(block.split(" "))
        )

    def revised(self, blocks: list[str]) -> list[str]:
        """Edit a text: words, sentences, and blocks added, deleted, split, and moved."""
        after: list[str] = []
        for block in blocks:
            match self.chance.choices(["keep", "edit", "drop", "add", "split", "rewrite"], (70, 14, 4, 5, 4, 3))[0]:
                case "edit":
                    after.append(self.edited(block, 0.08))
                case "drop":
                    continue
                case "add":
                    after += [block, self.sentence()]
                case "split" if ". " in block:
                    after += block.replace(". ", ".\n", 1).split("\n")
                case "rewrite":
                    after.append(self.edited(block, 0.6))
                case _:
                    after.append(block)
        place = self.chance.randrange(len(after))
        after.insert(self.chance.randrange(len(after)), after.pop(place))
        return after


def made_up_pairs(count: int) -> Iterator[Pair]:
    """Return synthetic texts, each with a revision."""
    writer = Writer()
    for number in range(count):
        blocks = writer.blocks(writer.chance.randint(10, 150))
        yield pair_of(f"made up {number}", "\n\n".join(blocks), "\n\n".join(writer.revised(blocks)))


def large_pairs() -> Iterator[tuple[Pair, float]]:
    """Return pairs of large synthetic texts, each with its time limit in milliseconds."""
    writer = Writer()
    for name, size, most in (("a text of 280 kB, revised", LARGE, 150), ("a text of 1 MB, revised", LONGEST, 500)):
        blocks = writer.blocks(size // 150)
        blocks = blocks[: sum(1 for total in accumulate(len(block) + 2 for block in blocks) if total <= size)]
        yield pair_of(name, "\n\n".join(blocks), "\n\n".join(writer.revised(blocks))), most
    one, other = (" ".join(writer.sentence() for _ in range(3000))[:PARAGRAPH] for _ in range(2))
    yield pair_of("a paragraph of 200 kB, a tenth edited", one, writer.edited(one, 0.1)), 1000
    yield pair_of("a paragraph of 200 kB, half of it edited", one, writer.edited(one, 0.5)), 1000
    yield pair_of("a paragraph of 200 kB, rewritten", one, other), 1000


@dataclass(frozen=True, slots=True)
class Unspaced:
    """Two texts without spaces, and the boundaries of their words."""

    pair: Pair
    borders: tuple[frozenset[int], frozenset[int]]


def unspaced_pairs(language: str, count: int) -> Iterator[Unspaced]:
    """Return pairs of synthetic paragraphs of `language` in which one or two words were replaced, added or deleted."""
    chance = random.Random(11)  # noqa: S311 - reproducible, not a secret
    sentences, nouns, verbs = UNSPACED[language]
    choices = {"N": nouns, "V": verbs, "0": [str(days) for days in range(1, 100)]}

    def filled(word: str) -> str:
        return chance.choice(choices[word]) if word in choices else word

    for number in range(count):
        pattern = [word for sentence in chance.choices(sentences, k=4) for word in sentence.split()]
        old = [filled(word) for word in pattern]
        new = list(old)
        places = [place for place, word in enumerate(pattern) if word in choices]
        for place in chance.sample(places, 2):
            new[place] = filled(pattern[place])
        if number % 3 == 0:
            del new[chance.choice(places)]
        sides = [[part for word in words for part in word.split()] for words in (old, new)]
        borders = [frozenset(accumulate(map(len, side), initial=0)) for side in sides]
        yield Unspaced(pair_of(f"{language} {number}", *map("".join, sides)), (borders[0], borders[1]))
