"""A worked example with real git: corrections of the text in force and of announced versions.

`tell(folder)` runs the example and returns what each person sees at each step. As a script, this module prints the
page:

    python tests/worked_corrections.py > docs/operators/worked-corrections.md
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from built import build_here
from forge import forge_in
from html_text import visible
from inforce.acceptance import decide
from worked_history import Step, Story, fenced, page, quoted

FOLDER = "policy_versions/privacy"
TEXT = """\
# Privacy Policy

## What we collect {#collect}

We collect your name and your e-mail address.

## How long we keep it {#retention}

We delete your data 12 months after you close your account.

## Contact {#contact}

Write to privcy@shop.example.
"""
HEAD = """\
# Worked example: corrections while a version is announced

This example corrects a typo in the text in force while a new version is already announced, corrects the text again
later, and cancels an announced version. Each step shows the status, the site, the manifest and the decisions for five
users. A test runs all steps with real git and the real automation, and generates this page from the output.

The users: **Ada** accepted the text of 2026 in that year. **Ben** accepted its correction. **Cleo** accepted the
announced version early. **Dan** accepted the correction of the announced version. **Eve** joined on 10 February 2027
and has not answered.
"""
RETENTION = "---\nsummary:\n  - section: retention\n    text: We keep your data for 24 months instead of 12.\n---\n"
MKDOCS_YML = "site_name: Policies\ntheme: {name: material}\nplugins: [search, inforce]\n"
CORRECTION = "policy/privacy-2026-01-15.1"
SUMMARIES = {
    "2026-01-15.1": ("contact", "Our address was misspelt."),
    "2027-03-01.1": ("contact", "Our address was misspelt."),
    "2027-03-01.2": ("collect", "One word is spelt differently."),
    "2027-05-01": ("retention", "We keep your data for 6 months instead of 24."),
}
LABELS = {"ada": "2026-01-15", "ben": "2026-01-15.1", "cleo": "2027-03-01", "dan": "2027-03-01.1"}
ANSWERED = {"ada": "2026-02-01", "ben": "2027-02-04", "cleo": "2027-01-25", "dan": "2027-02-05"}
ATOM = "{http://www.w3.org/2005/Atom}"


class Corrections(Story):
    """The story, with the site and the users that each step shows."""

    def show(self, step: Step) -> None:
        """Record the status, the site, the feed, the manifest and the decisions on the current date."""
        site, cache = self.forge.folder / "site", self.forge.folder / "cache"
        build_here(self.clone().root, site, cache, self.today)
        manifest = json.loads((site / "policies.json").read_bytes())
        step.sees("`inforce status`", fenced(self.status()))
        step.sees("The page of the policy", quoted(_heading(site / "privacy/index.html")))
        step.sees("The newest entries of the feed", "\n".join(f"- {title}" for title in _entries(site)[:3]))
        step.sees("The manifest", fenced(_listed(manifest), "json"))
        step.sees("The five users", self._decisions(manifest))

    def _decisions(self, manifest: dict[str, Any]) -> str:
        lock = json.loads((self.clone().root / "policy_versions/lock.json").read_text("utf-8"))
        numbers = {label: entry["seq"] for label, entry in lock["policies"]["privacy"].items()}
        rows = ["| user | outcome | reason | asked about | redline from |", "| --- | --- | --- | --- | --- |"]
        for user in ("ada", "ben", "cleo", "dan", "eve"):
            if user != "eve" and ANSWERED[user] > self.today:
                continue
            accepted = {
                "policy": "privacy",
                "seq": numbers.get(LABELS.get(user, ""), 1),
                "act": "accepted",
                "at": f"{ANSWERED.get(user)}T09:00:00Z",
                "subject": user,
            }
            question: Any = {
                "manifest": manifest,
                "now": f"{self.today}T12:00:00Z",
                "subject": {"id": user, "since": "2027-02-10T00:00:00Z" if user == "eve" else "2026-02-01T00:00:00Z"},
                "state": {"records": [] if user == "eve" else [accepted]},
            }
            if user == "eve" and self.today < "2027-02-10":
                continue
            (policy,) = decide(question)["policies"]
            labels = {seq: label for label, seq in numbers.items()}
            shown = [labels.get(policy[name], "–") for name in ("target_seq", "base_seq")]  # type: ignore[literal-required]
            rows.append(f"| {user.capitalize()} | {policy['outcome']} | {policy['reason']} | {' | '.join(shown)} |")
        return "\n".join(rows)


def _heading(file: Path) -> str:
    """Return what the top of the page `file` says of the text in force and of the announced ones, one per line."""
    states = re.findall(r'<p class="inforce-state">.*?</p>', file.read_text("utf-8"), re.DOTALL)
    return "\n".join(f"- {' '.join(visible(state).split())}" for state in states)


def _entries(site: Path) -> list[str]:
    tree = ElementTree.parse(site / "privacy/feed.xml").getroot()  # noqa: S314 # our own file
    return [entry.findtext(f"{ATOM}title", "") for entry in tree.iter(f"{ATOM}entry")]


def _listed(manifest: dict[str, Any]) -> str:
    """Return the fields of the policy in `manifest` that corrections change, one version per line."""
    (policy,) = manifest["policies"]
    names = ("cancelled", "latest", "in_force", "next_change_at", "amendments")
    stated = {name: policy[name] for name in names if name in policy}
    shown = ("seq", "version", "change", "effective_at", "amends", "same_as")
    rows = [json.dumps({name: version[name] for name in shown if name in version}) for version in policy["versions"]]
    return "\n".join([json.dumps(stated), *rows])


def tell(folder: Path) -> list[Step]:
    """Run all steps in `folder` and return them."""
    with forge_in(folder) as forge:
        story = Corrections(forge)
        announce(story)
        correct(story)
        publish(story)
        apply(story)
        correct_again(story)
        cancel(story)
        return story.steps


def announce(story: Corrections) -> None:
    """A version is announced."""
    book = story.forge.book
    book.write("mkdocs.yml", MKDOCS_YML)
    book.write("docs/.gitkeep", "")
    privacy = book.policy("privacy", kind="privacy", act="accept")
    privacy.version("2026-01-15", en=TEXT)
    meta = {"published": "2027-01-20", "effective": "2027-03-01"}
    privacy.version("2027-03-01", meta=meta, en=RETENTION + TEXT.replace("12 months", "24 months"))
    story.forge.begin()
    step = story.step(
        "a version is announced",
        "The text of 2026 is in force. A new version was published on 20 January and applies from 1 March. Both are "
        "locked.",
        "2027-01-25",
    )
    _lock(story)
    story.show(step)


def correct(story: Corrections) -> None:
    """A typo is found, and corrected in the text in force and in the announced version at once."""
    step = story.step(
        "a typo is found",
        "The contact address is wrong, in the text in force and in the announced one. Edith opens “Actions → policies: "
        "correct a text”, presses “Run workflow”, and completes the form: policy `privacy`, the wrong words "
        "`privcy@shop.example`, the right words `privacy@shop.example`, level `editorial`. With the command line, she "
        "would run `inforce new privacy --amend --announced --replace privcy@shop.example privacy@shop.example`.",
        "2027-02-01",
    )
    asked = {"POLICY": "privacy", "CHANGE": "editorial", "OLD": "privcy@shop.example", "NEW": "privacy@shop.example"}
    pull = story.propose("amend", **asked)
    step.sees("Edith, as a draft pull request", quoted(f"**{pull['title']}** (draft)\n\n{pull['body']}"))
    for label in ("2026-01-15.1", "2027-03-01.1"):
        _finish(story, CORRECTION, label)
    number = len(story.forge.service.pulls)
    step.sees(
        "Edith and Rita, after Edith has written the summaries and deleted `draft: true`",
        quoted(story.review(CORRECTION, number)),
    )


def publish(story: Corrections) -> None:
    """The corrections are merged and locked."""
    step = story.step(
        "the corrections are published",
        "Rita approves, and the pull request and then its lock are merged. The corrections take the next free numbers, "
        "3 and 4, and the places of the versions they amend. No user has to answer again.",
        "2027-02-05",
    )
    story.merge(CORRECTION, len(story.forge.service.pulls))
    _lock(story)
    story.show(step)
    step = story.step("a new user joins", "Nothing is published.", "2027-02-12")
    story.show(step)


def apply(story: Corrections) -> None:
    """The announced version takes effect, with its correction."""
    step = story.step(
        "the announced version takes effect",
        "No action is needed. The corrected text applies, and its uncorrected form never did.",
        "2027-03-01",
    )
    story.show(step)


def correct_again(story: Corrections) -> None:
    """The text in force is corrected once more."""
    step = story.step(
        "the text in force is corrected again",
        "Edith corrects `your e-mail address` to `your email address` in the same way. The new text amends the version "
        "of 1 March like the correction before it.",
        "2027-03-10",
    )
    asked = {"POLICY": "privacy", "CHANGE": "editorial", "OLD": "your e-mail address", "NEW": "your email address"}
    story.propose("amend", **asked)
    branch = "policy/privacy-2027-03-01.2"
    _finish(story, branch, "2027-03-01.2")
    story.merge(branch, len(story.forge.service.pulls))
    _lock(story)
    story.show(step)


def cancel(story: Corrections) -> None:
    """Another version is announced, and cancelled before it takes effect."""
    step = story.step(
        "another version is announced",
        "It shortens the retention again. Its draft starts from the text in force, with both corrections.",
        "2027-03-20",
    )
    asked = {"POLICY": "privacy", "EFFECTIVE": "2027-05-01", "CHANGE": "material"}
    story.propose("new", **asked)
    branch, version = "policy/privacy-2027-05-01", f"{FOLDER}/2027-05-01"
    _finish(story, branch, "2027-05-01", ("24 months", "6 months"))
    story.merge(branch, len(story.forge.service.pulls))
    _lock(story)
    story.show(step)
    step = story.step(
        "it is cancelled", "Edith adds `cancelled` to its version.yml; the lock records it.", "2027-04-01"
    )
    clone = story.clone()
    clone.git("push", "-q", "origin", "HEAD:refs/heads/cancel")
    cancelled = "\ncancelled:\n  at: 2027-04-01\n  reason: The retention stays as it is.\n"
    story.edit("cancel", "cancel", (f"{version}/version.yml", "change: material\n", f"change: material{cancelled}"))
    story.forge.service.opened({"head": "cancel", "title": "cancel"})
    story.merge("cancel", len(story.forge.service.pulls))
    _lock(story)
    story.show(step)


def _lock(story: Corrections) -> None:
    story.propose("freeze", ACTOR="github-actions")
    story.merge("policy/freeze", len(story.forge.service.pulls))


def _finish(story: Corrections, branch: str, label: str, *edits: tuple[str, str]) -> None:
    """Make `edits` in the draft `label`, write its summary, and delete `draft: true`."""
    text = f"{FOLDER}/{label}/en.md"
    front = (story.clone(branch).root / text).read_text("utf-8").partition("\n# Privacy Policy")[0]
    section, words = SUMMARIES[label]
    summary = f"---\nsummary:\n  - section: {section}\n    text: {words}\n---\n"
    changes = [(text, old, new) for old, new in edits]
    story.edit(
        branch,
        "final",
        (text, front, summary),
        *changes,
        (f"{FOLDER}/{label}/version.yml", "draft: true\n", ""),
    )


if __name__ == "__main__":
    os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
    with tempfile.TemporaryDirectory() as temporary:
        sys.stdout.write(page(tell(Path(temporary)), HEAD))
