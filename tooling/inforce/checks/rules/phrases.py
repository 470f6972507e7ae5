"""Phrases for promises that are hard to keep, in several languages.

Invariants: only affirmative phrases match; “we cannot guarantee complete security” does not.
Not responsible for: legal assessment; a match only leads to a question for the editor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Phrases = Mapping[str, re.Pattern[str]]

_SAFE_EN = r"(?:secure|safe|anonymous|confidential|private|protected)"
_TEXTS = r"(?:page|policy|notice|statement|terms|agreement|website|site)\b"
_TEXTE = r"(?:Seite|Erklärung|Hinweise|Bedingungen|Richtlinie)\b"
_PAGES_ZH = r"(?:页面|政策|协议|条款|声明|网站)"


def _phrases(**alternatives: tuple[str, ...]) -> Phrases:
    """Compile the alternatives of each language; `…` matches some words of the same sentence."""
    return {
        language: re.compile(
            "|".join(alternatives).replace(r"\w+…", r"\w++…").replace("…", "[^.;。；]{0,60}?"), re.IGNORECASE
        )
        for language, alternatives in alternatives.items()
    }


ABSOLUTE = _phrases(
    en=(
        r"\bwe(?: will| shall| do| would|['’]ll)? never\b[^.,;]{0,60}",
        r"\b(?:is|are|will be) never (?:sold|shared|disclosed|stored|passed)\b",
        rf"\b(?:100 ?%|completely|absolutely|totally|perfectly|fully|entirely) {_SAFE_EN}\b",
        r"\bwe (?:fully )?guarantee\b[^.,;]{0,60}",
        r"\bunder no circumstances (?:do|will|shall) we\b[^.,;]{0,60}",
    ),
    de=(
        r"\bniemals\b[^.,;]{0,60}",
        r"\bwir (?:\w+ ){1,6}nie\b",
        r"\bwir garantieren\b[^.,;]{0,60}",
        r"\b(?:absolut|völlig|vollkommen|vollständig|zu 100 ?%) (?:sicher|anonym|geschützt|vertraulich)",
    ),
    fr=(
        r"\bnous ne \w+(?: \w+){0,3} jamais\b[^.,;]{0,60}",
        r"\bnous garantissons\b[^.,;]{0,60}",
        r"\b(?:totalement|entièrement|parfaitement|absolument) (?:sécurisée?s?|sûre?s?|anonymes?|confidentiel)",
    ),
    es=(
        r"\bnunca (?:\w+ ){0,2}(?:vend|compart|ced|revel|divulg)\w+[^.,;]{0,60}",
        r"\bgarantizamos\b[^.,;]{0,60}",
        r"\b(?:totalmente|completamente|absolutamente) (?:segur|anónim|confidencial)\w*",
    ),
    zh=(
        r"(?:绝不|永不|绝对不会|绝对安全|绝对保密|永远不会)[^。，；]{0,30}",
        r"任何情况下…(?:都|均)不会[^。，；]{0,30}",
        r"(?:百分之百|100 ?%)(?:安全|保密)",
    ),
    ja=(r"(?:絶対に|決して)[^。；]{0,40}(?:ません|ない)", r"完全に(?:安全|匿名|保護)"),
)
WITHOUT_LIMIT = _phrases(
    en=(
        (
            r"\b(?:keep|kept|retain(?:ed)?|store[ds]?|hold|held|preserved?|archived?)\b…"
            r"\b(?:permanently|indefinitely|for ?ever|in perpetuity|without (?:any )?(?:time )?limit"
            r"|for an (?:unlimited|indefinite) (?:time|period))\b"
        ),
        r"\b(?:permanently|indefinitely) (?:kept|retained|stored|held|preserved|archived|keep|retain|store)\b",
    ),
    de=(
        r"\b(?:dauerhaft|unbefristet|zeitlich unbegrenzt|auf unbestimmte Zeit|für immer)\b…(?:speicher|aufbewahr)\w+",
        r"\b(?:speichern|bewahren)\b…\b(?:dauerhaft|unbefristet|zeitlich unbegrenzt|auf unbestimmte Zeit|für immer)\b",
    ),
    fr=(r"\bconserv\w+…(?:indéfiniment|définitivement|sans limite|de (?:manière|façon) permanente|à vie)\b",),
    es=(
        (
            r"\b(?:conserv|almacen|guard)\w+…"
            r"(?:indefinidamente|permanentemente|de forma permanente|sin límite|para siempre)\b"
        ),
    ),
    zh=(
        r"(?:永久|无限期|无期限|永远)性?地?(?:保存|保留|存储|储存|留存)[^。，；]{0,20}",
        r"(?:保存|保留|存储|储存)期限?(?:为|是)?(?:永久|无限期)",
    ),
    ja=(r"(?:永久|無期限|半永久的)に?(?:保存|保管|保持)",),
)
WATCH = _phrases(
    en=(
        r"\b(?:check|review|visit|revisit|consult|read|monitor|look at)(?: back)?\b…\b" + _TEXTS + "…"
        r"\b(?:periodically|regularly|frequently|often|from time to time|for (?:changes|updates|the latest))\b",
        r"\b(?:periodically|regularly|frequently|from time to time)"
        r" (?:check|review|visit|revisit|consult|read)\b…\b" + _TEXTS,
    ),
    de=(
        r"\b(?:regelmäßig|von Zeit zu Zeit|gelegentlich)\b…\b" + _TEXTE + "…(?:einsehen|prüfen|besuchen|lesen)",
        r"\b" + _TEXTE + r"…(?:regelmäßig|von Zeit zu Zeit)…(?:einzusehen|zu prüfen|zu lesen|durchzulesen|aufzurufen)",
    ),
    fr=(
        r"\b(?:consult|vérifi|visit|lir)\w+…\b(?:régulièrement|périodiquement|de temps en temps)\b",
        r"\b(?:régulièrement|périodiquement)\b…\b(?:consulter|vérifier|visiter)\b",
    ),
    es=(
        r"\b(?:consult|revis|visit)\w+…\b(?:periódicamente|regularmente|con regularidad|de vez en cuando)\b",
        r"\b(?:periódicamente|regularmente)\b…\b(?:consultar|revisar|visitar)\b",
    ),
    zh=(
        r"(?:定期|经常|随时|不时|时常)地?(?:查看|查阅|关注|访问|浏览|留意)…" + _PAGES_ZH,
        _PAGES_ZH + r"[^。；]{0,12}请您?(?:定期|经常|随时|不时)(?:查看|查阅|关注|访问)",
    ),
    ja=(r"定期的に…(?:確認|ご覧|参照)",),
)
ON_PUBLICATION = _phrases(
    en=(
        (
            r"\b(?:effective|binding|in force|takes? effect|comes? into force|appl(?:y|ies))\b[^.,;]{0,30}"
            r"\b(?:immediately|as soon as|upon|on|once|when)\b…\b(?:post(?:ed|ing)?|publi(?:sh|shed|cation))\b"
        ),
        r"\b(?:latest|newest|most recent|current) (?:version|policy|terms)\b…\bprevails?\b",
        (
            r"\bcontinu(?:ed|ing) (?:to use|use)\b(?:(?!\bdays\b)[^.;]){0,80}"
            r"\b(?:constitutes?|means?|indicates?|signif(?:y|ies)|deemed)\b…\b(?:accept|agree|consent)\w*"
        ),
    ),
    de=(
        r"\bmit (?:ihrer|der) Veröffentlichung\b…\b(?:wirksam|gültig|verbindlich|in Kraft)\b",
        r"\bweitere Nutzung\b…\b(?:gilt|Zustimmung|Einverständnis)",
    ),
    fr=(
        r"\b(?:entr\w+ en vigueur|prenn\w+ effet|appl\w+)\b…\bdès (?:leur|sa|la) (?:publication|mise en ligne)",
        r"\bcontinu\w+ (?:d['’]utiliser|à utiliser)\b…\b(?:vaut|constitue|acceptation)",
    ),
    es=(
        r"\b(?:entrar\w*|surt\w+|vigor)\b…\b(?:inmediatamente|desde su|con su|a partir de su) publicación",
        r"\buso continuado\b…\b(?:acepta|constituye|implica)",
    ),
    zh=(
        r"(?:一经|自)其?(?:在[^。；]{0,12})?(?:发布|公布|公示|更新)(?:之日起|起|后)?[，,]?(?:即|立即)?生效",
        r"(?:发布|公布|公示)后(?:立即|即)(?:生效|具有约束力)",
        r"以[^。；]{0,10}最新[^。；]{0,16}为准",
        r"继续使用[^。；]{0,30}(?:视为|即表示)[^。；]{0,16}(?:同意|接受)",
    ),
    ja=(r"(?:掲載|公表|公開)(?:した|された)?(?:時点|時|日)から(?:直ちに)?(?:効力|適用)",),
)
NEGATIONS = {
    "en": re.compile(r"\b(?:not|no|cannot|never|neither|nor|without|nobody|none|longer)\b|n['’]t\b", re.IGNORECASE),
    "de": re.compile(r"\b(?:nicht|kein\w*|nie|weder|ohne)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:ne|pas|aucune?|sans|jamais)\b|\bn['’]", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|ningun\w*|ningún|sin|nunca|tampoco)\b", re.IGNORECASE),
    "zh": re.compile(r"不(?!时)|没|無|无法|未|并非|非"),
    "ja": re.compile(r"ません|ない|なく"),
}
_SENTENCE_END = re.compile(r"[.;:!?。；！？：]\s*")
# The largest distance between a negation and the negated phrase, in characters.
_AROUND = 200
# In Japanese the negation follows the negated phrase.
_NEGATED_BEHIND = frozenset({"ja"})


def find_phrases(phrases: Phrases, language: str, text: str) -> Iterator[re.Match[str]]:
    """Yield the matches in `text` of the phrases for the primary tag `language` that are not negated."""
    pattern = phrases.get(language)
    for match in pattern.finditer(text) if pattern else ():
        if language in _NEGATED_BEHIND:
            around = _SENTENCE_END.split(text[match.end() : match.end() + _AROUND], maxsplit=1)[0]
        else:
            around = _SENTENCE_END.split(text[max(0, match.start() - _AROUND) : match.start()])[-1]
        if not NEGATIONS[language].search(around):
            yield match
