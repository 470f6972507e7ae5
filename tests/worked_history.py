"""Some weeks in the life of a policy, through real git: a bare remote, branches, merges, and the automation.

`tell(folder)` plays it and gives what each person saw at each step; `page(steps)` writes that as the page of the
documentation. Run as a script it prints the page:

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

One change of one clause, with everything that goes wrong on the way, and then a typo that was found too late. Each
step is what people do, and what they then see. A test plays all of it with real git and the real automation, and this
page is what it saw.

The cast: **Edith** writes policies and knows Word and a web browser. **Rita** is the lawyer who approves. **Ed** is the
engineer who set the repository up. **Vera** reads the site. **Ada’s app** asks its users; Ada accepted the version of
2026. The book promises 30 days of notice of a material change.
"""
MESSAGE = re.compile(r"\n{3,}")


@dataclass
class Step:
    """A step: what people do (`title`, `does`), and what each of them sees."""

    title: str
    does: str
    seen: list[tuple[str, str]] = field(default_factory=list)

    def sees(self, who: str, what: str) -> None:
        """Note that `who` sees `what`."""
        self.seen.append((who, what.strip("\n")))


class Story:
    """The forge, the day it is, and the steps so far."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        self.today = "2027-01-08"
        self.steps: list[Step] = []
        self.clones = 0

    def step(self, title: str, does: str, today: str = "") -> Step:
        """Begin a step, on the day `today` from then on."""
        self.today = today or self.today
        self.steps.append(Step(f"{self.today}: {title}", does))
        return self.steps[-1]

    def clone(self, branch: str = "main") -> BookBuilder:
        """Clone what is pushed, as an editor's browser edit or a workflow's checkout does."""
        self.clones += 1
        return self.forge.clone(f"clone-{self.clones}", branch)

    def inforce(self, *words: str, branch: str = "main") -> subprocess.CompletedProcess[str]:
        """Run a command in a clone of `branch`, today."""
        command = [str(Path(sys.executable).with_name("inforce")), *words]
        env = self.forge.environment(INFORCE_AT=self.today, COLUMNS="100", NO_COLOR="1")
        root = self.clone(branch).root
        return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)

    def propose(self, what: str, **given: str) -> dict[str, Any]:
        """Let the automation open a pull request, and give what it asked for."""
        env = {"ACTOR": "edith", "TARGET": "main", "INFORCE_AT": self.today, **self.dates(), **given}
        ended = self.forge.run("propose.py", what, cwd=self.clone().root, **env)
        assert ended.returncode == 0, ended.stderr
        opened = next(
            call for call in reversed(self.forge.service.calls) if (call.method, call.path) == ("POST", "pulls")
        )
        body: dict[str, Any] = opened.body
        return body

    def dates(self) -> dict[str, str]:
        """Let git take today for today."""
        return {f"GIT_{name}_DATE": f"{self.today}T09:00:00Z" for name in ("AUTHOR", "COMMITTER")}

    def edit(self, branch: str, message: str, *edits: tuple[str, str, str]) -> None:
        """Change files of `branch` as in a browser, each `(path, old, new)`, and commit."""
        clone = self.clone(branch)
        for path, old, new in edits:
            text = (clone.root / path).read_text("utf-8")
            assert old in text, (path, old)
            clone.write(path, text.replace(old, new))
        clone.git("add", "-A")
        clone.git("commit", "-q", "-m", message, when=f"{self.today}T09:00:00Z")
        clone.git("push", "-q", "origin", f"HEAD:{branch}")

    def review(self, branch: str, number: int) -> str:
        """Run the workflow of a pull request and the one that comments; gives the comment."""
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
        """Merge a pull request as the web page does: a merge commit on the main branch."""
        clone = self.clone()
        message = f"Merge pull request #{number}"
        clone.git("merge", "-q", "--no-ff", "-m", message, f"origin/{branch}", when=f"{self.today}T10:00:00Z")
        clone.git("push", "-q", "origin", "HEAD:main")
        self.forge.service.pulls[number]["state"] = "closed"
        self.forge.service.comments.clear()

    def status(self) -> str:
        """Show what applies and what comes next, as the site's home page says it too."""
        return "\n".join(line.rstrip() for line in self.inforce("status").stdout.splitlines())

    def asks(self, *accepted: int) -> str:
        """Decide what Ada, who accepted versions by these numbers, is asked today."""
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
        told = {name: policy[name] for name in ("outcome", "reason", "target_seq", "base_seq")}  # type: ignore[literal-required]
        return json.dumps(told)


def tell(folder: Path) -> list[Step]:
    """Play the whole story in `folder`, and give its steps."""
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
    """Set the repository up."""
    book = story.forge.book
    book.write("policy_versions/book.yml", (book.root / "policy_versions/book.yml").read_text() + PROMISE)
    book.policy("privacy", kind="privacy", act="accept").version("2026-01-15", en=BEGINNING)
    story.forge.begin()
    step = story.step(
        "the repository is there",
        "Ed has made it with `inforce init`, put the policy of 2026 in, and merged the pull request that locks it.",
    )
    story.propose("freeze", ACTOR="github-actions")
    story.merge("policy/freeze", 1)
    step.sees("Vera, on the site (`inforce status` says the same)", fenced(story.status()))
    step.sees("Ada’s app", fenced(story.asks(1), "json"))


PROMISE = "notice_days:\n  material: 30\n"
BRANCH = "policy/privacy-2027-02-15"
VERSION = f"{FOLDER}/2027-02-15"


def draft(story: Story) -> None:
    """Edith begins a version."""
    step = story.step(
        "a new version",
        "Edith opens “Actions → policies: new version”, presses “Run workflow”, and fills the form in: `privacy`, from "
        "`2027-02-15`, `material`, to be read from `2027-01-20` on.",
    )
    asked = {"POLICY": "privacy", "EFFECTIVE": "2027-02-15", "CHANGE": "material", "PUBLISHED": "2027-01-20"}
    pull = story.propose("new", **asked)
    step.sees("Edith, as a draft pull request", quoted(f"**{pull['title']}** (draft)\n\n{pull['body']}"))
    step.sees("Vera", "Nothing: a draft is on no page and in no manifest.")


def write(story: Story) -> None:
    """Edith edits the text."""
    step = story.step(
        "the first words",
        "Edith opens the text through the link, changes two clauses, writes a summary of one of them, and commits.",
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
        "the review, and the corrections",
        "Rita reads the redline. The birthday was not agreed to; the date does not keep the promise. Edith takes the "
        "birthday out, moves the date to the one that the review names, and takes the line `draft: true` out.",
        "2027-01-12",
    )
    story.edit(
        BRANCH,
        "as agreed",
        (f"{VERSION}/en.md", ", your e-mail address and your birthday.", " and your e-mail address."),
        (f"{VERSION}/version.yml", "effective: 2027-02-15", "effective: 2027-03-01"),
        (f"{VERSION}/version.yml", "draft: true\n", ""),
    )
    step.sees("Edith and Rita: the same comment, replaced", quoted(story.review(BRANCH, 2)))
    ended = story.inforce("check", "--base", "origin/main", branch=BRANCH)
    assert ended.returncode == 0, ended.stdout
    step.sees("Ed, as the check of the pull request", fenced(ended.stdout))


def publish(story: Story) -> None:
    """Merge, announce and lock."""
    step = story.step(
        "merged", "Rita approves, and the pull request is merged. The site is built at once.", "2027-01-13"
    )
    story.merge(BRANCH, 2)
    step.sees("Vera", "Still nothing: it can be read from 2027-01-20 on, and that day has not come.")
    step = story.step(
        "announced, and locked",
        "The day has come. The automation proposes the lock; Ed looks at the digests and merges.",
        "2027-01-20",
    )
    pull = story.propose("freeze", ACTOR="github-actions")
    number = len(story.forge.service.pulls)
    step.sees("Ed, as a pull request", quoted(f"**{pull['title']}**\n\n{pull['body']}"))
    story.merge("policy/freeze", number)
    step.sees("Vera", fenced(story.status()))
    step.sees("Ada’s app: she is told, and nothing is asked yet", fenced(story.asks(1), "json"))


def apply(story: Story) -> None:
    """The version comes into force, without any action of an editor."""
    step = story.step("in force", "No action is needed.", "2027-03-01")
    step.sees("Vera", fenced(story.status()))
    step.sees(
        "Ada’s app: she has to accept before she goes on, and is shown what changed since the version she accepted",
        fenced(story.asks(1), "json"),
    )
    step.sees("Ada’s app, once she has accepted", fenced(story.asks(1, 2), "json"))


def correct(story: Story) -> None:
    """A typo is found in the text in force."""
    step = story.step(
        "a typo, and the wrong way to fix it",
        "Vera finds that the contact address should be `legal@shop.example`. Edith changes the published text in the "
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
    step.sees("Ed: the check is red and ends with 3, so it cannot be merged", fenced(errors_of(ended.stdout)))
    story.forge.service.pulls[number]["state"] = "closed"
    story.forge.service.comments.clear()

    step = story.step(
        "the right way",
        "Edith closes it and begins a version as before, this time `editorial`, from today. Rita approves, it is "
        "merged, and the lock after it.",
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
    step.sees("Ada’s app: who accepted the version before is asked nothing", fenced(story.asks(1, 2), "json"))
    step.sees("An auditor, of the lock", fenced(locked(story), "json"))


def locked(story: Story) -> str:
    """Sum the lock up: each version's number, level and day, and whether it has a digest."""
    lock = json.loads((story.clone().root / "policy_versions/lock.json").read_text("utf-8"))
    return "\n".join(
        json.dumps({"version": label, "seq": one["seq"], "change": one["change"], "effective": one["effective"]})
        for label, one in lock["policies"]["privacy"].items()
    )


def errors_of(said: str) -> str:
    """Keep of a report what is an error, with what follows it."""
    kept = [found[0] for found in re.finditer(r"^  error .*\n(?:    .*\n)+", said, re.MULTILINE)]
    return "".join(kept)


def without_redlines(comment: str) -> str:
    """Leave the folded redlines out."""
    return comment.partition("<details>")[0]


def fenced(text: str, kind: str = "text") -> str:
    """Show `text` as it was printed."""
    return f"```{kind}\n{text.strip()}\n```"


def quoted(text: str) -> str:
    """Show Markdown as Markdown, set off; headings and folds become what a page of the documentation can hold."""
    plain = re.sub(r"^#+ (.*)$", r"**\1**", text, flags=re.MULTILINE)
    plain = re.sub(r"<details><summary>(.*)</summary>", r"*\1:*", plain).replace("</details>", "")
    plain = re.sub(r" <sub>(.*?)</sub>", r" (\1)", plain)
    plain = re.sub(r"\]\(https://github\.example/[^)]*\)", "]", plain)
    plain = plain.replace("[version.yml]", "version.yml").replace("[en.md]", "en.md (a link)")
    return "\n".join(f"> {line}".rstrip() for line in MESSAGE.sub("\n\n", plain).strip().splitlines())


def page(steps: list[Step]) -> str:
    """Write `steps` as a page of the documentation."""
    return "\n".join([HEAD, *_lines(steps)])


def _lines(steps: list[Step]) -> Iterator[str]:
    for step in steps:
        yield f"## {step.title}\n\n{step.does}\n"
        for who, what in step.seen:
            yield f"{who}:\n\n{what}\n"


if __name__ == "__main__":
    os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
    with tempfile.TemporaryDirectory() as temporary:
        sys.stdout.write(page(tell(Path(temporary))))
