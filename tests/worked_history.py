"""A worked example with real git: a bare remote, branches, merges, and the automation.

`tell(folder)` runs the example and returns the output for each person at each step; `page(steps)` formats it as a page
of the documentation. As a script, this module prints the page:

    python tests/worked_history.py > docs/operators/worked-example.md
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import copies
from book_builder import BookBuilder
from forge import Forge, forge_in
from inforce.acceptance import decide

FOLDER = "policy_versions/privacy"
BEGINNING = """\
# Privacy Policy

## What we collect {#collect}

We collect your name and your e-mail address.

## How long we keep it {#retention}

We delete your data 12 months after you close your account.

## Contact {#contact}

Write to privacy@shop.example.
"""
HEAD = """\
# Worked example: a clause from the first idea to in force

This example changes one clause, with typical mistakes on the way, and later corrects a typo in the published text. Each
step shows what people do and what they then see. A test runs all steps with real git and the real automation, and
generates this page from the output.

The people: **Edith** writes policies and knows Word and a web browser. **Rita** is the lawyer who approves. **Ed** is
the engineer who set up the repository. **Vera** visits the site. **Ada’s app** asks its users; Ada accepted the
version of 2026. The book requires 30 days of notice of a material change.
"""
MESSAGE = re.compile(r"\n{3,}")


@dataclass
class Step:
    """A step: the actions (`title`, `does`), and the output that each person sees."""

    title: str
    does: str
    seen: list[tuple[str, str]] = field(default_factory=list)

    def sees(self, who: str, what: str) -> None:
        """Record that `who` sees `what`."""
        self.seen.append((who, what.strip("\n")))


class Story:
    """The forge, the current date, and the steps so far."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        self.today = "2027-01-08"
        self.steps: list[Step] = []
        self.clones = 0

    def step(self, title: str, does: str, today: str = "") -> Step:
        """Start a step; `today` changes the current date."""
        self.today = today or self.today
        self.steps.append(Step(f"{self.today}: {title}", does))
        return self.steps[-1]

    def clone(self, branch: str = "main") -> BookBuilder:
        """Return a new clone of `branch`, as for an edit in the browser or a workflow's checkout."""
        self.clones += 1
        return self.forge.clone(f"clone-{self.clones}", branch)

    def inforce(self, *words: str, branch: str = "main") -> subprocess.CompletedProcess[str]:
        """Run a command in a clone of `branch` on the current date."""
        command = [copies.inforce(), *words]
        env = self.forge.environment(INFORCE_AT=self.today, COLUMNS="100", NO_COLOR="1")
        root = self.clone(branch).root
        return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)

    def propose(self, what: str, **given: str) -> dict[str, Any]:
        """Run the automation that opens a pull request, and return the request body."""
        env = {"ACTOR": "edith", "TARGET": "main", "INFORCE_AT": self.today, **self.dates(), **given}
        ended = self.forge.run("propose.py", what, cwd=self.clone().root, **env)
        assert ended.returncode == 0, ended.stderr
        opened = next(
            call for call in reversed(self.forge.service.calls) if (call.method, call.path) == ("POST", "pulls")
        )
        body: dict[str, Any] = opened.body
        return body

    def dates(self) -> dict[str, str]:
        """Return the environment that sets git's dates to the current date."""
        return {f"GIT_{name}_DATE": f"{self.today}T09:00:00Z" for name in ("AUTHOR", "COMMITTER")}

    def edit(self, branch: str, message: str, *edits: tuple[str, str, str]) -> None:
        """Commit `edits`, each `(path, old, new)`, to `branch`, as in a browser."""
        clone = self.clone(branch)
        for path, old, new in edits:
            text = (clone.root / path).read_text("utf-8")
            assert old in text, (path, old)
            clone.write(path, text.replace(old, new))
        clone.git("add", "-A")
        clone.git("commit", "-q", "-m", message, when=f"{self.today}T09:00:00Z")
        clone.git("push", "-q", "origin", f"HEAD:{branch}")

    def review(self, branch: str, number: int) -> str:
        """Run the workflows that review a pull request and post the comment; return the comment."""
        clone = self.clone(branch)
        folder = self.forge.folder / "review"
        env = {"BASE": "origin/main", "REVIEW": str(folder), "INFORCE_AT": self.today, "PULL_REQUEST": str(number)}
        ended = self.forge.run("review.py", cwd=clone.root, **env)
        assert ended.returncode == 0, ended.stderr
        head = clone.git("rev-parse", "HEAD").strip()
        self.forge.service.pulls[number]["head"]["sha"] = head
        posted = self.forge.run("comment.py", REVIEW=str(folder), HEAD=head)
        assert posted.returncode == 0, posted.stdout + posted.stderr
        comment = str(self.forge.service.comments[-1]["body"])
        return comment.partition("\n")[2]

    def merge(self, branch: str, number: int) -> None:
        """Merge a pull request with a merge commit, as on the web page."""
        clone = self.clone()
        message = f"Merge pull request #{number}"
        clone.git("merge", "-q", "--no-ff", "-m", message, f"origin/{branch}", when=f"{self.today}T10:00:00Z")
        clone.git("push", "-q", "origin", "HEAD:main")
        self.forge.service.pulls[number]["state"] = "closed"
        self.forge.service.comments.clear()

    def status(self) -> str:
        """Return the output of `inforce status`, which the home page of the site shows too."""
        return "\n".join(line.rstrip() for line in self.inforce("status").stdout.splitlines())

    def asks(self, *accepted: int) -> str:
        """Return the decision for Ada, who `accepted` these versions, on the current date."""
        manifest = json.loads(self.inforce("manifest").stdout)
        now = f"{self.today}T12:00:00Z"
        yes = [
            {"policy": "privacy", "seq": seq, "act": "accepted", "at": f"202{6 + n}-03-02T00:00:00Z", "subject": "ada"}
            for n, seq in enumerate(accepted)
        ]
        question: Any = {
            "manifest": manifest,
            "now": now,
            "subject": {"id": "ada", "since": "2026-02-01T00:00:00Z"},
            "state": {"records": yes},
        }
        (policy,) = decide(question)["policies"]
        fields = {name: policy[name] for name in ("outcome", "reason", "target_seq", "base_seq")}  # type: ignore[literal-required]
        return json.dumps(fields)


def tell(folder: Path) -> list[Step]:
    """Run all steps in `folder` and return them."""
    with forge_in(folder) as forge:
        story = Story(forge)
        begin(story)
        draft(story)
        write(story)
        approve(story)
        publish(story)
        apply(story)
        correct(story)
        return story.steps


def begin(story: Story) -> None:
    """Set up the repository."""
    book = story.forge.book
    book.write("policy_versions/book.yml", (book.root / "policy_versions/book.yml").read_text() + PROMISE)
    book.policy("privacy", kind="privacy", act="accept").version("2026-01-15", en=BEGINNING)
    story.forge.begin()
    step = story.step(
        "set-up",
        "Ed created the repository with `inforce init`, added the policy of 2026, and merged the pull request "
        "that locks it.",
    )
    story.propose("freeze", ACTOR="github-actions")
    story.merge("policy/freeze", 1)
    step.sees("Vera, on the site (`inforce status` says the same)", fenced(story.status()))
    step.sees("Ada’s app", fenced(story.asks(1), "json"))


PROMISE = "notice_days:\n  material: 30\n"
BRANCH = "policy/privacy-2027-02-15"
VERSION = f"{FOLDER}/2027-02-15"


def draft(story: Story) -> None:
    """Edith drafts a version."""
    step = story.step(
        "a new version",
        "Edith opens “Actions → policies: new version”, presses “Run workflow”, and completes the form: policy "
        "`privacy`, effective date `2027-02-15`, level `material`, publication date `2027-01-20`.",
    )
    asked = {"POLICY": "privacy", "EFFECTIVE": "2027-02-15", "CHANGE": "material", "PUBLISHED": "2027-01-20"}
    pull = story.propose("new", **asked)
    step.sees("Edith, as a draft pull request", quoted(f"**{pull['title']}** (draft)\n\n{pull['body']}"))
    step.sees("Vera", "No change: a draft appears on no page and in no manifest.")


def write(story: Story) -> None:
    """Edith edits the text."""
    step = story.step(
        "first edit",
        "Edith opens the text with the link, changes two clauses, summarises only one change, and commits.",
        "2027-01-11",
    )
    text = story.clone(BRANCH).root / VERSION / "en.md"
    front = text.read_text("utf-8").partition("\n# Privacy Policy")[0]
    summary = "---\nsummary:\n  - section: retention\n    text: We keep your data for 24 months instead of 12.\n---\n"
    story.edit(
        BRANCH,
        "retention of 24 months",
        (f"{VERSION}/en.md", front, summary),
        (f"{VERSION}/en.md", "your data 12 months after", "your data 24 months after"),
        (f"{VERSION}/en.md", "your name and your e-mail address.", "your name, your e-mail address and your birthday."),
    )
    step.sees("Edith and Rita, as a comment on the pull request", quoted(without_redlines(story.review(BRANCH, 2))))


def approve(story: Story) -> None:
    """Rita reviews, Edith corrects, Rita approves."""
    step = story.step(
        "review and corrections",
        "Rita reads the redline. The birthday was not agreed, and the effective date does not keep the promised "
        "notice. Edith deletes the birthday, changes the date to the one in the review, and deletes the line "
        "`draft: true`.",
        "2027-01-12",
    )
    story.edit(
        BRANCH,
        "as agreed",
        (f"{VERSION}/en.md", ", your e-mail address and your birthday.", " and your e-mail address."),
        (f"{VERSION}/version.yml", "effective: 2027-02-15", "effective: 2027-03-01"),
        (f"{VERSION}/version.yml", "draft: true\n", ""),
    )
    step.sees("Edith and Rita, in the updated comment", quoted(story.review(BRANCH, 2)))
    ended = story.inforce("check", "--base", "origin/main", branch=BRANCH)
    assert ended.returncode == 0, ended.stdout
    step.sees("Ed, as the check of the pull request", fenced(ended.stdout))


def publish(story: Story) -> None:
    """Merge, announce and lock."""
    step = story.step(
        "merge", "Rita approves, and the pull request is merged. The site is rebuilt immediately.", "2027-01-13"
    )
    story.merge(BRANCH, 2)
    step.sees("Vera", "No change: the publication date, 2027-01-20, is in the future.")
    step = story.step(
        "announcement and lock",
        "On the publication date, the automation proposes the lock; Ed checks the digests and merges.",
        "2027-01-20",
    )
    pull = story.propose("freeze", ACTOR="github-actions")
    number = len(story.forge.service.pulls)
    step.sees("Ed, as a pull request", quoted(f"**{pull['title']}**\n\n{pull['body']}"))
    story.merge("policy/freeze", number)
    step.sees("Vera", fenced(story.status()))
    step.sees("Ada’s app, which informs her and does not ask yet", fenced(story.asks(1), "json"))


def apply(story: Story) -> None:
    """The version takes effect automatically."""
    step = story.step("in force", "No action is needed.", "2027-03-01")
    step.sees("Vera", fenced(story.status()))
    step.sees(
        "Ada’s app, which shows the changes since the version she accepted and requires her to accept them",
        fenced(story.asks(1), "json"),
    )
    step.sees("Ada’s app, after she has accepted", fenced(story.asks(1, 2), "json"))


def correct(story: Story) -> None:
    """A typo is found in the text in force."""
    step = story.step(
        "a typo, and the wrong way to fix it",
        "Vera notices that the contact address should be `legal@shop.example`. Edith edits the published text in the "
        "browser and opens a pull request.",
        "2027-03-04",
    )
    clone = story.clone()
    clone.git("push", "-q", "origin", "HEAD:refs/heads/quick-fix")
    story.edit("quick-fix", "address", (f"{VERSION}/en.md", "privacy@shop.example", "legal@shop.example"))
    number = len(story.forge.service.pulls) + 1
    story.forge.service.opened({"head": "quick-fix", "title": "address"})
    step.sees("Edith, as a comment", quoted(without_redlines(story.review("quick-fix", number))))
    ended = story.inforce("check", "--base", "origin/main", branch="quick-fix")
    assert ended.returncode == 3, ended.stdout
    step.sees("Ed, as the failed check (exit code 3), which blocks the merge", fenced(errors_of(ended.stdout)))
    story.forge.service.pulls[number]["state"] = "closed"
    story.forge.service.comments.clear()

    step = story.step(
        "the right way",
        "Edith closes the pull request and drafts a version as before, with level `editorial`, effective today. Rita "
        "approves; the version is merged, and then its lock.",
    )
    asked = {"POLICY": "privacy", "EFFECTIVE": "2027-03-04", "CHANGE": "editorial"}
    story.propose("new", **asked)
    number, branch, version = number + 1, "policy/privacy-2027-03-04", f"{FOLDER}/2027-03-04"
    front = (story.clone(branch).root / version / "en.md").read_text("utf-8").partition("\n# Privacy Policy")[0]
    summary = "---\nsummary:\n  - section: contact\n    text: Our address was wrong.\n---\n"
    story.edit(
        branch,
        "the right address",
        (f"{version}/en.md", front, summary),
        (f"{version}/en.md", "privacy@shop.example", "legal@shop.example"),
        (f"{version}/version.yml", "draft: true\n", ""),
    )
    step.sees("Edith and Rita", quoted(without_redlines(story.review(branch, number))))
    story.merge(branch, number)
    story.propose("freeze", ACTOR="github-actions")
    story.merge("policy/freeze", number + 1)
    step.sees("Vera", fenced(story.status()))
    step.sees("Ada’s app, which does not ask users who accepted the previous version", fenced(story.asks(1, 2), "json"))
    step.sees("An auditor, of the lock", fenced(locked(story), "json"))


def locked(story: Story) -> str:
    """Return the number, level and effective date of each version in the lock."""
    lock = json.loads((story.clone().root / "policy_versions/lock.json").read_text("utf-8"))
    return "\n".join(
        json.dumps({"version": label, "seq": one["seq"], "change": one["change"], "effective_at": one["effective_at"]})
        for label, one in lock["policies"]["privacy"].items()
    )


def errors_of(report: str) -> str:
    """Return the errors of a report, with their details."""
    errors = [match[0] for match in re.finditer(r"^  error .*\n(?:    .*\n)+", report, re.MULTILINE)]
    return "".join(errors)


def without_redlines(comment: str) -> str:
    """Return `comment` without collapsed redlines."""
    return comment.partition("<details>")[0]


def fenced(text: str, kind: str = "text") -> str:
    """Return `text` in a code block."""
    return f"```{kind}\n{text.strip()}\n```"


def quoted(text: str) -> str:
    """Return Markdown as a quotation; headings and collapsed sections are replaced with bold and italic text."""
    plain = re.sub(r"^#+ (.*)$", r"**\1**", text, flags=re.MULTILINE)
    plain = re.sub(r"<details><summary>(.*)</summary>", r"*\1:*", plain).replace("</details>", "")
    plain = re.sub(r" <sub>(.*?)</sub>", r" (\1)", plain)
    plain = re.sub(r"\[([^\]]*)\]\(https://github\.example/[^)]*\)", r"\1 (a link)", plain)
    return "\n".join(f"> {line}".rstrip() for line in MESSAGE.sub("\n\n", plain).strip().splitlines())


def output(steps: list[Step], title: str, who: str) -> str:
    """Return the first output for `who` at the step `title`."""
    (step,) = [candidate for candidate in steps if candidate.title.endswith(title)]
    return next(what for name, what in step.seen if name.startswith(who))


def page(steps: list[Step], head: str = HEAD) -> str:
    """Return `steps` as a page of the documentation that begins with `head`."""
    return "\n".join([head, *_lines(steps)])


def _lines(steps: list[Step]) -> Iterator[str]:
    for step in steps:
        yield f"## {step.title}\n\n{step.does}\n"
        for who, what in step.seen:
            yield f"{who}:\n\n{what}\n"


if __name__ == "__main__":
    os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
    with tempfile.TemporaryDirectory() as temporary:
        sys.stdout.write(page(tell(Path(temporary))))
