"""Every page in French, Spanish and Japanese has only words of that language; languages without words use English."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import build, scaffold
from html_text import VOID, attributes, visible
from inforce.language import Language
from inforce.site.messages import translations
from test_catalogues import TEMPLATE

AT = "2027-02-01T00:00:00Z"
TEXT = {
    "fr": "# Conditions d’utilisation\n\n## Durée {#use}\n\nUsage permis *%s jours*.\n\n## Divers {#misc}\n\nRien.\n",
    "es": "# Condiciones de uso\n\n## Plazo {#use}\n\nEl uso se permite *%s días*.\n\n## Varios {#misc}\n\nNada.\n",
    "ja": "# 利用規約\n\n## 期間 {#use}\n\n*%s日間*ご利用いただけます。\n\n## その他 {#misc}\n\n特になし。\n",
    "he": "# תנאי שימוש\n\n## משך {#use}\n\nהשימוש מותר *%s ימים*.\n\n## שונות {#misc}\n\nאין.\n",
}
SUMMARY = {"fr": "Autre durée.", "es": "Otro plazo.", "ja": "期間の変更。", "he": "משך אחר."}
PLACES = ("", "regles/", "regles/1/", "regles/2/", "regles/3/", "regles/4/", "regles/1/since/", "regles/changes/")
PLACES += ("regles/changes/1...2/", "regles/history/", "ancien/", "ancien/1/", "futur/")
HEBREW = re.compile(r"[\u0590-\u05ff]{2}")
ATTRIBUTES = ("aria-label", "title", "alt", "placeholder", "data-text", "data-found", "data-none")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book with versions in every state, built once."""
    book = scaffold(BookBuilder(tmp_path_factory.mktemp("tongues"), languages="fr, es, ja, he"))

    def texts(days: int) -> dict[str, str]:
        number = {tag: text % days for tag, text in TEXT.items()}
        head = {tag: f"---\nsummary:\n  - section: use\n    text: {words}\n---\n" for tag, words in SUMMARY.items()}
        return {tag: head[tag] + text if days > 10 else text for tag, text in number.items()}

    titles = "title: {fr: Conditions, es: Condiciones, ja: 規約, he: תנאים}\n"
    rest = "kind: terms\nbinding_language: fr\nact: accept\n"
    rules = book.policy("regles", binding="fr")
    rules.version("1", meta={"published": "2026-01-01"}, **texts(10))
    rules.version("2", meta={"published": "2026-06-01"}, **texts(20)).version(
        "3", meta={"published": "2027-01-10", "effective": "2027-03-01"}, **texts(30)
    )
    gone = {"published": "2027-01-10", "effective": "2027-05-01", "cancelled": '{at: 2027-01-20, reason: "…"}'}
    rules.version("4", meta=gone, **texts(40))
    book.policy("ancien", binding="fr").version("1", meta={"published": "2026-01-01"}, **texts(10))
    book.policy("futur", binding="fr").version(
        "1", meta={"published": "2027-01-01", "effective": "2027-03-01"}, **texts(10)
    )
    for policy, extra in (("regles", ""), ("ancien", 'withdrawn: {at: 2027-01-15, reason: "…"}\n'), ("futur", "")):
        book.write(f"policy_versions/{policy}/policy.yml", titles + rest + extra)
    return build(book.root, tmp_path_factory.mktemp("tongues-site") / "site", AT)


class _Marked(HTMLParser):
    """Collects the words of a page, each with the language that the innermost element declares."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[tuple[str, str]] = []
        self._open: list[str] = ["en"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append(dict(attrs).get("lang") or self._open[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append((self._open[-1], data))


def page(site: Path, place: str, tag: str) -> str:
    folder = site / place if tag == "fr" else site / place / tag
    return (folder / "index.html").read_text("utf-8")


def words_of(html: str) -> str:
    """Return what a reader of `html` sees or hears, except the home page's link to files for programs."""
    names = [value for tag in attributes(html) for name, value in tag.items() if name in ATTRIBUTES]
    shown = re.sub(r" hidden(?=[ >])", "", html.partition("<body")[2])
    return "\n".join([visible(shown), *names])


def english_in(words: str, tag: str) -> list[str]:
    """Return the English messages that occur in `words` and are not also words of the language `tag`."""
    catalogue = translations(Language(tag))
    sentences = [message.id for message in TEMPLATE if message.id and not message.context]
    translated = "\n".join(
        catalogue.gettext(sentence) if isinstance(sentence, str) else catalogue.ngettext(*sentence, 2)
        for sentence in sentences
    )
    found = []
    for sentence in sentences:
        english = sentence if isinstance(sentence, str) else sentence[1]
        parts = [re.escape(part) for part in re.split(r"%\(\w+\)s|\{\w+\}", english)]
        pattern = re.compile(rf"(?<![\w.])(?:{'.{1,40}?'.join(parts)})(?![\w.])")
        if re.search("[A-Za-z]{2}", english) and not pattern.search(translated) and pattern.search(words):
            found.append(english)
    return found


@pytest.mark.parametrize("tag", ["fr", "es", "ja"])
def test_page_has_no_english_words_and_declares_its_language(site: Path, tag: str) -> None:
    english = {}
    for place in PLACES:
        html = page(site, place, tag) if place else (site / "index.html").read_text("utf-8")
        language = tag if place else "fr"
        assert f'<html lang="{language}"' in html, place
        assert '<body dir="ltr"' in html, place
        english[place] = english_in(words_of(html), language)
    assert {place: found for place, found in english.items() if found} == {}


def test_search_for_english_words_finds_them() -> None:
    words = "In force: version 3, since 1 March 2027. Read the text in force"
    assert {"In force", "version %(label)s, since %(day)s.", "Read the text in force"} <= set(english_in(words, "fr"))


@pytest.mark.parametrize(
    ("tag", "phrases"),
    [
        pytest.param(
            "fr", ["En vigueur\u00a0: ce texte, version 2, s’applique du 1er juin 2026 au 1er mars 2027."], id="French"
        ),
        pytest.param(
            "es",
            ["En vigor: este texto, versión 2, se aplica del 1 de junio de 2026 al 1 de marzo de 2027."],
            id="Spanish",
        ),
        pytest.param("ja", ["この本文（バージョン 2）は2026年6月1日から2027年3月1日まで適用されます。"], id="Japanese"),
    ],
)
def test_sentence_with_dates_follows_the_rules_of_the_language(site: Path, tag: str, phrases: list[str]) -> None:
    words = " ".join(re.sub(r"<[^>]+>", "", page(site, "regles/", tag)).split(" "))
    flat = re.sub(r"[ \n]+", " ", words)
    assert [phrase for phrase in phrases if phrase not in flat] == []


def test_redline_names_formats_and_quotes_in_the_language(site: Path) -> None:
    assert "«\u00a010\u00a0» devient «\u00a020\u00a0»" in page(site, "regles/changes/1...2/", "fr")
    assert "«10» pasa a ser «20»" in page(site, "regles/changes/1...2/", "es")
    assert "「10」を「20」に変更しました" in page(site, "regles/changes/1...2/", "ja")


def test_language_without_interface_words_has_marked_texts_on_english_pages(site: Path) -> None:
    for place in PLACES[1:]:
        html = page(site, place, "he")
        assert '<html lang="en"' in html, place
        assert '<body dir="ltr"' in html, place
        reader = _Marked()
        reader.feed(article_of(html))
        assert [words for tag, words in reader.words if tag != "he" and HEBREW.search(words)] == [], place


def test_words_in_a_redline_of_such_a_language_declare_english(site: Path) -> None:
    html = page(site, "regles/changes/1...2/", "he")
    hidden = [tag for tag in attributes(html) if tag.get("class") == "inforce-sr" and tag.get("lang")]
    assert {(tag["lang"], tag["dir"]) for tag in hidden} == {("en", "ltr")}
    assert '<div class="inforce-redline" lang="he" dir="rtl">' in html


def article_of(html: str) -> str:
    """Return the article of `html` without the list of changes and the tooltips, whose sentences quote the text."""
    article = html.partition("<article")[2].partition("</article>")[0]
    return re.sub(r'<details class="inforce-sentences">.*?</details>|<title>.*?</title>', "", article, flags=re.DOTALL)
