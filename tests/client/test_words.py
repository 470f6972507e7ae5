"""Compare the visible words of a site with the locked texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.static_site import StaticSite
from client.published_site import Published, page, published_site
from inforce.markdown import plain_text, to_html
from inforce.verification.visible import read_fragment, read_page

ONE = "<h1>T</h1>\n<p>One.</p>"
PAGE = "terms/2026-01-15/"


def words(site: Published, target: str = "") -> list[tuple[str, str]]:
    return [
        (finding.place.path, finding.message)
        for finding in site.verify(target).findings
        if finding.rule == "LIVE-words"
    ]


def replace(site: Published, address: str, old: str, new: str) -> None:
    """Change `old` into `new` in the page or file at `address`."""
    file = site.folder / (f"{address}index.html" if address.endswith("/") else address)
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    "address", ["terms/2026-01-15/", "terms/2026-01-15/de/", "terms/", "terms/2026-01-15/en.html", "terms/2026-02-01/"]
)
def test_altered_word_is_found_with_page_and_words(site: Published, address: str) -> None:
    replace(site, address, "</h1>", "</h1><p>Not</p>")

    [(place, message)] = words(site)

    assert place == address
    assert message.startswith("Word 2: expected “")
    assert "Not" in message.partition("got")[2]


def test_altered_word_is_found_on_a_live_site(site: Published) -> None:
    replace(site, PAGE, "One.", "Two.")

    with StaticSite(folder=site.folder) as live:
        text_findings = words(site, live.url)

    assert text_findings == [(PAGE, "Word 2: expected “T One.”, got “T Two.”.")]


def test_swapped_pages_of_two_versions_are_both_found(site: Published) -> None:
    site.write("terms/2026-01-15/index.html", page(to_html("# T\n\nTwo.\n")))
    site.write("terms/2026-02-01/index.html", page(ONE))

    assert [place for place, _ in words(site)] == ["terms/2026-01-15/", "terms/2026-02-01/"]


def test_page_in_another_language_is_found(site: Published) -> None:
    (site.folder / PAGE / "index.html").write_bytes((site.folder / PAGE / "de" / "index.html").read_bytes())

    assert [place for place, _ in words(site)] == [PAGE]


HIDDEN = [
    '<div hidden><div class="inforce-text">{}</div></div>',
    '<div class="inforce-text" hidden>{}</div>',
    '<div class="inforce-text" hidden="until-found">{}</div>',
    '<div class="inforce-text" aria-hidden="true">{}</div>',
    '<div class="inforce-text" style="display: none">{}</div>',
    '<div style="opacity:0"><div class="inforce-text">{}</div></div>',
    '<div class="inforce-text" popover>{}</div>',
    '<div class="inforce-text"><div>{}</div></div>',
    '<div class="inforce-text"><template>{}</template></div>',
    '<template><div class="inforce-text">{}</div></template>',
    '<div class="inforce-text"><!--{}--></div>',
    '<!--<div class="inforce-text">{}</div>-->',
    '<div class="inforce-text"><script>{}</script></div>',
    '<noscript><div class="inforce-text">{}</div></noscript>',
    '<details><div class="inforce-text">{}</div></details>',
    '<dialog><div class="inforce-text">{}</div></dialog>',
    '<section><div class="inforce-text">{}</div></section>',
    '<header class="inforce-status"><div class="inforce-text">{}</div></header>',
    '<select><option><div class="inforce-text">{}</div></option></select>',
    '<textarea><div class="inforce-text">{}</div></textarea>',
    '<svg><div class="inforce-text">{}</div></svg>',
    '<div class="inforce-text"><p class="inforce-sr">{}</p></div>',
    '<div class="inforce-text"><div class="md-hidden">{}</div></div>',
    '<style>.inforce-text {{ display: none }}</style><div class="inforce-text">{}</div>',
    '<div class="inforce-text">{}',
    '<!--><div class="inforce-text">Fake</div><!-- --><div class="inforce-text">{}</div>',
    '<!-- --!><p>Fake</p><!-- --><div class="inforce-text">{}</div>',
    '<div class="inforce-text" class="hidden">{}</div>',
    '<div class="inforce-text">{}</div></p>',
    '<div class="inforce-text"/>{}',
    '<![CDATA[<p>Fake]]><div class="inforce-text">{}</div>',
    '<div class="inforce-text inforce-sr">{}</div>',
    '<div class="md-hidden"><div class="inforce-text">{}</div></div>',
    '<div class="inforce-sr"><div class="inforce-text">{}</div></div>',
    "<p>Fake</p>",
    "",
]


@pytest.mark.parametrize("html", HIDDEN)
@pytest.mark.parametrize("shown", ["", '<div class="inforce-text"><h1>T</h1><p>Fake.</p></div>'], ids=["alone", "fake"])
def test_hidden_words_do_not_count(site: Published, html: str, shown: str) -> None:
    whole = f"<!doctype html><html><body><main><article>{html.format(ONE)}{shown}</article></main></body></html>"
    site.write("terms/2026-01-15/index.html", whole.encode())

    assert [place for place, _ in words(site)][:1] == [PAGE]


@pytest.mark.parametrize("tag", ["noscript", "noembed", "noframes", "iframe", "xmp", "textarea", "title", "plaintext"])
@pytest.mark.parametrize("before", ["</head>", "</header>"])
def test_element_whose_content_browsers_read_as_text_contains_no_element(
    site: Published, tag: str, before: str
) -> None:
    replace(site, PAGE, before, f'<{tag}><p title="</{tag}><img src=x.png id=x>"></p></{tag}>{before}')

    assert PAGE in [place for place, _ in words(site)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("One.", "One. We sell your data.", id="in a paragraph"),
        pytest.param("One.", "One.<svg><text>not</text></svg>", id="in a drawing"),
        pytest.param("One.", "One. <b>not</b>", id="in an element that no text has"),
        pytest.param("One.", '<p class="x">not</p>One.', id="with an attribute that no text has"),
        pytest.param("</p></div>", "</p><p>We sell your data.</p></div>", id="after the text"),
        pytest.param("<div class", "<p>We sell your data.</p><div class", id="before the text"),
        pytest.param("</article>", "We sell your data.</article>", id="behind the text"),
        pytest.param("</article>", "<div><p>We sell your data.</p></div></article>", id="in an element of its own"),
        pytest.param("</article>", "</article><article>We sell your data.</article>", id="in a second article"),
        pytest.param("</article>", '<div class="inforce-text"><p>More.</p></div></article>', id="in a second text"),
        pytest.param("</main>", "<p>We sell your data.</p></main>", id="after the article"),
        pytest.param("</body>", "<div><p>We sell your data.</p></div></body>", id="after the main part"),
        pytest.param("</html>", "We sell your data.</html>", id="after the body"),
        pytest.param("<body>", "We sell your data.<body>", id="before the body"),
        pytest.param("<!doctype html>", "We sell your data.", id="before the page"),
        pytest.param("<article>", '<meta http-equiv="refresh" content="0;url=/x"><article>', id="on another page"),
    ],
)
def test_additional_words_are_found(site: Published, old: str, new: str) -> None:
    site.write("terms/2026-01-15/index.html", page("<h1>T</h1><p>One.</p>"))
    assert words(site) == []

    replace(site, PAGE, old, new)

    assert {place for place, _ in words(site)} == {PAGE}


ACTIVE = [
    "<script>document.body.innerHTML = 'x'</script>",
    "<script type=module>import '/x.js'</script>",
    "<script type='application/json' onload=go()></script>",
    "<script src=https://evil.example/x.js></script>",
    "<script src=//evil.example/x.js></script>",
    "<script src='\\\\evil.example/x.js'></script>",
    "<script src=' /\t/evil.example/x.js'></script>",
    "<script src=data:text/javascript,go()></script>",
    "<script src=http://[broken></script>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel='ALTERNATE STYLESHEET' href=https://evil.example/x.css>",
    "<link rel=preload imagesrcset='/a.png 1x, https://evil.example/b.png 2x'>",
    "<base href=https://evil.example/>",
    "<iframe src=/x></iframe>",
    "<nav><iframe srcdoc='<p>x</p>'></iframe></nav>",
    "<object data=/x></object>",
    "<embed src=/x>",
    "<img src=/x.png onerror=go()>",
    "<img src=https://evil.example/x.png>",
    "<img srcset='/a.png 1x, https://evil.example/b.png 2x'>",
    "<svg><image href='https://evil.example/x.svg'/></svg>",
    "<svg><script>go()</script></svg>",
    "<svg><a><animate attributeName=href to=javascript:go() /></a></svg>",
    "<nav><a href='java\tscript:go()'>Home</a></nav>",
    "<nav><a href=' JAVASCRIPT:go()'>Home</a></nav>",
    "<form action=https://evil.example/><button formaction=/x></button></form>",
    "<form><button formaction=https://evil.example/></button></form>",
    "<video poster=https://evil.example/x.png></video>",
    "<div onclick=go()></div>",
    "<section style='background: URL(https://evil.example/x)'></section>",
    "<svg><rect fill='url(//evil.example/x)'></rect></svg>",
    "<table background=//evil.example/x></table>",
    "<nav><a href=/ ping=https://evil.example/></a></nav>",
    "<link rel=preconnect href=https://evil.example/>",
    '<template shadowrootmode="open"><p>We sell your data.</p></template>',
    "<math><annotation-xml encoding=text/html></annotation-xml></math>",
    "<DIV OnPointerOver=go()></DIV>",
]


@pytest.mark.parametrize("html", ACTIVE)
@pytest.mark.parametrize("before", ["</head>", "</body>", "</article>"])
def test_active_content_is_found(site: Published, html: str, before: str) -> None:
    replace(site, PAGE, before, f"{html}{before}")

    assert ("LIVE-active", PAGE) in [(finding.rule, finding.place.path) for finding in site.verify().findings]


@pytest.mark.parametrize(
    "html",
    [
        '<script src="../../assets/x.js"></script>',
        '<script src="/assets/x.js" type="module"></script>',
        '<script type="application/ld+json">{"url": "https://x.example/"}</script>',
        '<link rel="stylesheet" href="../x.css"><link rel="canonical" href="https://x.example/">',
        '<nav><a href="https://x.example/" aria-label="x"></a></nav>',
        '<form><input name="q"></form>',
        '<img src="data:image/svg+xml,x" alt="">',
    ],
)
def test_content_of_the_site_itself_is_not_active(site: Published, html: str) -> None:
    replace(site, PAGE, "</head>", f"{html}</head>")

    assert site.verify().findings == ()


LINKED = "# T\n\nWrite to [us](mailto:us@x.example), see [here](https://x.example/a) or [there](#t).\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mailto:us@x.example", "https://evil.example/", "Link 1: expected “mailto:us@x.example”, got “https://evil.e"),
        ("https://x.example/a", "../a", "Link 2: expected “https://x.example/a”, got “another page of the site”."),
        ('"#t"', '"//evil.example/"', "Link 3: expected “another page of the site”, got “//evil.example/”."),
        ("</h1>", '<a href="https://evil.example/"></a></h1>', "Link 1: expected “mailto:us@x.example”, got"),
        ("</p>", '<a href="https://evil.example/"></a></p>', "Link 4: expected no link, got “https://evil.example/”."),
        ('<a href="#t">there</a>', "there", "Link 3: expected “another page of the site”, got no link."),
    ],
)
def test_other_destination_of_a_link_is_found(tmp_path: Path, old: str, new: str, message: str) -> None:
    site = published_site(tmp_path, text=LINKED)
    assert words(site) == []

    replace(site, PAGE, old, new)

    assert [(place, text[: len(message)]) for place, text in words(site)] == [(PAGE, message)]


def test_other_destination_of_a_link_in_a_redline_is_found(site: Published) -> None:
    address = "terms/changes/2026-01-15...2026-02-01/"
    replace(site, address, "<ins>", '<a href="https://evil.example/"></a><ins>')

    message = "A link of the redline leads to “https://evil.example/”, but no link of the two texts does."
    assert (address, message) in words(site)


@pytest.mark.parametrize(
    ("old", "new", "side"),
    [("<ins>", "<ins>Not ", "new"), ("<del>", "<del>Not ", "old"), ("<del>", '<del hidden="">', "old")],
)
def test_another_redline_is_found(site: Published, old: str, new: str, side: str) -> None:
    address = "terms/changes/2026-01-15...2026-02-01/"
    replace(site, address, old, new)

    [(place, message)] = words(site)

    assert place == address
    assert message.startswith(f"The {side} text of the redline: Character 1: expected “T")


def test_missing_redline_is_found(site: Published) -> None:
    replace(site, "terms/changes/2026-01-15...2026-02-01/", "inforce-redline", "inforce-other")

    assert [message for _, message in words(site)] == ["Expected one redline, got 0."]


def test_page_of_a_policy_shows_the_version_in_force_at_the_build(site: Published) -> None:
    (site.folder / "terms/index.html").write_bytes((site.folder / PAGE / "index.html").read_bytes())

    assert [place for place, _ in words(site)] == ["terms/"]


def test_nothing_is_compared_with_a_text_that_differs_from_the_lock(site: Published) -> None:
    """One finding suffices: the one about the text."""
    site.write("terms/2026-01-15/de.md", b"# T\n\nZwei.\n")

    assert [finding.rule for finding in site.verify().findings] == ["LIVE-digest"]


@pytest.mark.parametrize(
    "markdown",
    [
        "# A {#b}\n\n1. one\n2. *two* `three`\n\n   more\n\n> quoted\n\n---\n\n    code\n",
        "| a | b |\n|---|:-:|\n| c |  |\n",
        "Line\\\nbreak & <b>no tag</b> &amp; [link](https://x.example) <https://y.example> ![alt](z.png) ![](z.png)\n",
        "مرحبا **بالعالم**\n\n- 隐私政策\n  - 二\n\n```\n<script>x</script>\n```\n",
    ],
)
def test_words_of_a_fragment_are_those_of_its_text(markdown: str) -> None:
    read = read_fragment(to_html(markdown))

    assert (read.texts, read.faults) == ([plain_text(markdown).split()], [])


def test_site_built_by_mkdocs_shows_its_texts(sample_site: Path) -> None:
    """Each page of a version and each fragment can be parsed strictly and contains its text once and nothing else."""
    texts = sorted(path for path in sample_site.glob("*/*/en.md") if path.parts[-3] != "docs")
    assert len(texts) > 5
    for text in texts:
        expected = plain_text(text.read_text("utf-8")).split()
        whole = read_page((text.parent / "index.html").read_text("utf-8"))
        assert (whole.texts, whole.extra, whole.faults) == ([expected], [], [])
        assert read_fragment(text.with_suffix(".html").read_text("utf-8")).texts == [expected]


def test_redlines_built_by_mkdocs_show_both_texts(sample_site: Path) -> None:
    pages = sorted(sample_site.glob("*/changes/*...*/index.html"))
    assert len(pages) > 5
    for redline in pages:
        labels = redline.parent.name.split("...")
        old, new = (
            "".join(plain_text((redline.parents[2] / label / "en.md").read_text("utf-8")).split()) for label in labels
        )
        [read] = read_page(redline.read_text("utf-8")).redlines
        assert read.new == new
        assert read.moved or read.old == old
