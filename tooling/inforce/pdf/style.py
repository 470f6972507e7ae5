"""The style of PDFs: A4, black on white; every mark of a redline has a line and a word in addition to its colour.

PDFs use the fonts of the machine. Each glyph comes from the first font that has it, so the order determines the
regional forms of Han characters for each language.
"""

from __future__ import annotations

_PLAIN = '"Noto Sans", "DejaVu Sans", "Liberation Sans"'
_EVERYWHERE = '"Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai", sans-serif'
_HAN = {
    "zh": '"Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"',
    "zh-Hant": '"Noto Sans CJK TC", "Source Han Sans TC"',
    "zh-TW": '"Noto Sans CJK TC", "Source Han Sans TC"',
    "zh-HK": '"Noto Sans CJK HK", "Source Han Sans HC"',
    "ja": '"Noto Sans CJK JP", "Source Han Sans", "IPAexGothic"',
    "ko": '"Noto Sans CJK KR", "Source Han Sans K", "NanumGothic"',
}


def _font(selector: str, before: str = "", han: str = _HAN["zh"]) -> str:
    return f"{selector} {{ font-family: {before}{_PLAIN}, {han}, {_EVERYWHERE} }}"


STYLE = "\n".join(
    [
        _font("html"),
        *(_font(f"html:lang({tag})", han=han) for tag, han in _HAN.items()),
        _font("code, pre, .digest", before='"Noto Sans Mono", "DejaVu Sans Mono", "Liberation Mono", '),
        """
@page { size: A4; margin: 24mm 20mm 30mm;
  @top-center { content: element(running); width: 100%; vertical-align: bottom; padding-bottom: 4mm }
  @bottom-center { content: element(foot); width: 100%; vertical-align: top; padding-top: 4mm } }
html { font-size: 10pt; line-height: 1.45; color: #000; hyphens: manual }
body { margin: 0 }
.running { position: running(running); font-size: 7.5pt; color: #333; text-align: start;
  border-bottom: .4pt solid #666; padding-bottom: 1.5mm }
.foot { position: running(foot); font-size: 7.5pt; color: #333; text-align: start;
  border-top: .4pt solid #666; padding-top: 1.5mm }
.foot p { margin: 0; text-align: end } .foot .digest { text-align: left; font-size: 6.5pt }
.page::before { content: counter(page) } .pages::before { content: counter(pages) }
.head { border: .6pt solid #666; padding: 3mm 4mm; margin-bottom: 7mm }
.head .author { margin: 0 0 1.5mm; font-weight: bold } .head h1 { font-size: 15pt; margin: 0 0 2mm; border: 0 }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; break-after: avoid; margin: 5mm 0 2mm }
h1 { font-size: 17pt } h2 { font-size: 13.5pt } h3 { font-size: 11.5pt } h4, h5, h6 { font-size: 10pt }
p, li, td { orphans: 2; widows: 2 } p, ul, ol, blockquote, pre { margin: 0 0 2.5mm }
ul, ol { padding-inline-start: 7mm } li, li > p { margin-bottom: 1mm }
a { color: #000; text-decoration: underline; overflow-wrap: anywhere }
blockquote { border-inline-start: 1.5pt solid #666; padding-inline-start: 4mm; margin-inline: 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere } code { font-size: .92em; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; margin-bottom: 3mm }
td, th { border: .4pt solid #666; padding: 1mm 2mm; text-align: start; vertical-align: top }
td[align=right], th[align=right] { text-align: right } td[align=center], th[align=center] { text-align: center }
tr { break-inside: avoid }
.facts { font-size: 8.5pt; margin: 0 } .facts th, .facts td { border: 0; padding: 0 0 .6mm }
.facts th { width: 36mm; padding-inline-end: 2mm } .facts td { overflow-wrap: anywhere }
ins { text-decoration: underline 1pt; color: #0b3d91 } del { text-decoration: line-through 1pt; color: #a11212 }
[dir=ltr] { unicode-bidi: isolate }
ins a, del a { color: inherit }
.inforce-sr { font-size: .72em; font-style: italic; color: #333 }
.inforce-note { font-size: .8em; font-style: italic; color: #333 }
.inforce-reformat { border-bottom: 1pt dotted #333 }
.inforce-moved { border-inline-start: 2pt solid #1b6e3c; padding-inline-start: 2mm }
.inforce-stub { border-inline-start: 2pt dashed #1b6e3c; padding-inline-start: 2mm }
.inforce-unchanged { border-inline-start: .4pt solid #bbb; padding-inline-start: 3mm; margin-bottom: 3mm }
summary { display: block; font-size: 7.5pt; font-style: italic; color: #333; margin-bottom: 1mm }
.inforce-summary, .inforce-numbers { margin-bottom: 5mm }
.inforce-summary h2, .inforce-numbers h2 { font-size: 11.5pt; margin-top: 0 }""",
    ]
)
