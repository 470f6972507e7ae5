"""Accessibility problems of a page according to axe, which checks WCAG."""

from __future__ import annotations

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from browser.watch import settled

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=640)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# Axe needs up to 10 ms per element for the rules on colours, which therefore take most of the time on a page of 2,000
# elements. Their result for an element depends on the computed styles of the element and its ancestors. The script
# therefore marks, for each combination of them (with tags, classes and states) that the page contains, the first and
# the last element with text: one of the two could be covered by the header, and axe does not judge covered text. A link
# is marked even if its text is in an element of its own.
MARK = """() => {
  const styles = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "textShadow",
    "fontSize", "fontWeight", "display", "visibility", "position", "overflow", "textDecorationLine", "fill",
    "borderBottomWidth"];
  const states = ["disabled", "aria-disabled", "hidden", "open", "aria-hidden"];
  const numbers = new Map(), first = new Map(), last = new Map();
  const visit = (element, above) => {
    const text = Array.from(element.childNodes).filter((node) => node.nodeType === 3).map((node) => node.data).join("");
    const long = Math.min(text.trim().length, 2);  // axe does not judge a single character
    const style = getComputedStyle(element);
    const key = [above, element.localName, element.getAttribute("class"), long, element.checkVisibility(),
      Boolean(element.control?.disabled), ...styles.map((name) => style[name]),
      ...states.map((name) => element.getAttribute(name))].join("\\n");
    const number = numbers.get(key) ?? numbers.set(key, numbers.size).size;
    element.removeAttribute("data-axe");
    if (long || element.matches("input, select, textarea, a[href]")) {
      first.has(number) || first.set(number, element);
      last.set(number, element);
    }
    for (const child of element.children) visit(child, number);
  };
  visit(document.body, "");
  for (const element of [...first.values(), ...last.values()]) element.setAttribute("data-axe", "");
}"""
# During a transition, for example after a resize, a colour is neither the old nor the new one.
RUN_AXE = f"""(rules) => {{
  for (const one of document.getAnimations()) {{
    try {{ one.finish(); }} catch {{ one.cancel(); }}
  }}
  ({MARK})();
  axe.configure({{ rules: [
    {{ id: "color-contrast", selector: "[data-axe]" }}, {{ id: "link-in-text-block", selector: "a[href][data-axe]" }},
  ] }});
  return axe.run(document, {{ resultTypes: ["violations"], runOnly: rules }}).then((results) => results.violations);
}}"""


def faults(page: Page, sizes: Iterable[ViewportSize], *, colours_only: bool = False) -> list[str]:
    """Return the problems that axe finds on `page` at `sizes`, one sentence per element.

    With `colours_only`, apply only the rules that depend on colours.
    """
    violations = []
    page.evaluate(Axe().axe_script)
    for size in sizes:
        page.set_viewport_size(size)
        settled(page)
        rules = {"type": "rule", "values": COLOUR_RULES} if colours_only else {"type": "tag", "values": WCAG}
        violations += page.evaluate(RUN_AXE, rules)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
