"""Open a pull request with a draft of a new version, with a correction, or with the lock of published versions.

    propose.py new      uses POLICY, EFFECTIVE, CHANGE and optionally PUBLISHED
    propose.py amend    uses POLICY, OLD, NEW, CHANGE and optionally AMENDS, STILL_RIGHT
    propose.py freeze

Environment: also ACTOR, the user who started the workflow; TARGET, the target branch; GITHUB_SERVER_URL; and the
variables of `service`, with write access to contents, pull requests and actions. Run it in a clone of TARGET.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys

import service

POLICY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
LABEL = re.compile(r"[0-9]{1,9}(?:[.-][0-9]{1,9}){0,7}")
LEVELS = ("material", "notice", "editorial")
# Ignore bare repositories in subfolders, which could run hooks.
GIT = ("git", "-c", "safe.bareRepository=explicit")
LOCK = "policy_versions/lock.json"
NEW = """\
A draft of the next version, as a copy of the previous one. It is not published yet.

1. Open the text, edit it, and commit to the branch of this pull request:
{edit}
2. At the top of the text, under `summary:`, describe the changes in words that your readers understand.
3. Read the review, a comment on this pull request that is updated after each change, and the preview it links to.
4. Delete the line `draft: true` from [version.yml]({metadata}), and press “Ready for review”.
"""
AMEND = """\
A correction of published words, which takes the place of the text that contains them. Users who accepted that text \
owe no new answer. It is not published yet.

1. Check the corrected text, and edit it if more has to change:
{edit}
2. At the top of each text, under `summary:`, say what was corrected in words that your readers understand.
3. Read the review, a comment on this pull request that is updated after each change.
4. Delete the line `draft: true` from each of these files, and press “Ready for review”:
{metadata}

<details><summary>What was corrected, and what was not</summary>

```text
{report}
```

</details>
"""
FREEZE = """\
These versions are public but not locked yet. Merging this pull request records the digest of every text, so that \
later changes are detected. Check that the texts are the agreed ones: after the merge, only a new version can correct \
them.
"""


def main() -> int:
    """Run the subcommand, `new`, `amend` or `freeze`."""
    try:
        return {"new": new, "amend": amend, "freeze": freeze}[sys.argv[1]]()
    except subprocess.CalledProcessError as refusal:
        print(refusal.stderr or refusal.stdout or refusal, file=sys.stderr)
        return refusal.returncode
    except (ValueError, service.RefusedError) as refusal:
        print(refusal, file=sys.stderr)
        return 1


def new() -> int:
    """Draft a version, and open a draft pull request with it."""
    policy, effective, change = (os.environ[name].strip() for name in ("POLICY", "EFFECTIVE", "CHANGE"))
    published = os.environ.get("PUBLISHED", "").strip()
    expect(bool(POLICY.fullmatch(policy)), f"expected the id of a policy such as “privacy”, got “{policy}”")
    for day in (effective, published) if published else (effective,):
        expect(bool(DAY.fullmatch(day)), f"expected a date such as 2027-03-01, got “{day}”")
    expect(change in LEVELS, f"expected one of {', '.join(LEVELS)}, got “{change}”")
    words = ["inforce", "new", policy, "--effective", effective, "--change", change]
    print(run(*words, *(["--published", published] if published else [])))
    added = untracked(policy)
    branch, label = push_drafts(policy, added, "draft")
    body = NEW.format(
        edit=links(branch, texts_of(added)), metadata=edit(branch, f"policy_versions/{policy}/{label}/version.yml")
    )
    print(opened(branch, f"{policy} {label}", body, draft=True))
    return 0


def amend() -> int:
    """Correct published words, also in announced versions, and open a draft pull request with the corrections."""
    policy, wrong, right, change = (os.environ[name].strip() for name in ("POLICY", "OLD", "NEW", "CHANGE"))
    amends = os.environ.get("AMENDS", "").strip()
    expect(bool(POLICY.fullmatch(policy)), f"expected the id of a policy such as “privacy”, got “{policy}”")
    expect(not amends or bool(LABEL.fullmatch(amends)), f"expected a version such as 2027-03-01, got “{amends}”")
    expect(bool(wrong), "expected the words to correct, got nothing")
    expect(change in LEVELS, f"expected one of {', '.join(LEVELS)}, got “{change}”")
    options = ["--still-right"] if os.environ.get("STILL_RIGHT") == "true" else []
    words = ["inforce", "new", policy, "--amend", *([amends] if amends else []), "--change", change, *options]
    report = run(*words, "--announced", "--replace", wrong, right)
    print(report)
    added = untracked(policy)
    branch, label = push_drafts(policy, added, "correction")
    body = AMEND.format(
        edit=links(branch, texts_of(added)),
        metadata=links(branch, [path for path in added if path.endswith("/version.yml")]),
        report=report.replace("```", "` ` `"),
    )
    print(opened(branch, f"{policy} {label}: correction", body, draft=True))
    return 0


def untracked(policy: str) -> list[str]:
    """Return the paths of the drafts that `inforce new` has just written."""
    return run(*GIT, "ls-files", "--others", "--exclude-standard", "--", f"policy_versions/{policy}").splitlines()


def push_drafts(policy: str, added: list[str], what: str) -> tuple[str, str]:
    """Push the drafts `added` to a new branch, and return it with the label of the first; `what` describes them."""
    labels = list(dict.fromkeys(path.split("/")[2] for path in added))
    branch = f"policy/{policy}-{labels[0]}"
    expect(
        not run(*GIT, "ls-remote", "--heads", "origin", branch), f"the branch “{branch}” already exists: continue there"
    )
    commit(branch, f"{policy} {', '.join(labels)}: {what}", added)
    push(branch)
    return branch, labels[0]


def freeze() -> int:
    """Lock public versions and open a pull request with the lock; do nothing if all versions are locked."""
    print(run("inforce", "freeze"))
    if not run(*GIT, "status", "--porcelain", "--", LOCK):
        return 0
    branch = "policy/freeze"
    commit(branch, "lock published versions", [LOCK])
    push(branch, "--force")
    owner = os.environ["GITHUB_REPOSITORY"].partition("/")[0]
    if known := next(service.pages(f"pulls?state=open&head={owner}:{branch}"), None):
        check(branch, known["number"])
    else:
        print(opened(branch, "Lock published versions", FREEZE, draft=False))
    return 0


def opened(branch: str, title: str, body: str, *, draft: bool) -> str:
    """Open a pull request from `branch` and return its URL; not a draft if the plan does not support drafts."""
    request = {"title": title, "head": branch, "base": os.environ["TARGET"], "body": body, "draft": draft}
    try:
        pull = service.call("POST", "pulls", request)
    except service.RefusedError as refusal:
        if not (draft and refusal.code == 422 and "draft" in str(refusal).lower()):
            raise
        pull = service.call("POST", "pulls", {**request, "title": f"Draft: {title}", "draft": False})
    check(branch, pull["number"])
    return str(pull["html_url"])


def check(branch: str, number: int) -> None:
    """Start the check of `branch`, since GitHub starts no workflow for a push by a workflow."""
    start = {"ref": branch, "inputs": {"pull-request": str(number)}}
    service.call("POST", "actions/workflows/check.yml/dispatches", start)


def edit(branch: str, path: str) -> str:
    """Return the URL of the page for editing `path` of `branch` in a browser."""
    return f"{os.environ['GITHUB_SERVER_URL']}/{os.environ['GITHUB_REPOSITORY']}/edit/{branch}/{path}"


def texts_of(paths: list[str]) -> list[str]:
    """Return the texts among `paths`."""
    return [path for path in paths if path.endswith(".md")]


def links(branch: str, paths: list[str]) -> str:
    """Return a list of links to edit `paths`, each named with its folder if they are in several folders."""
    several = len({path.rpartition("/")[0] for path in paths}) > 1
    names = ["/".join(path.split("/")[-2 if several else -1 :]) for path in paths]
    return "\n".join(f"    - [{name}]({edit(branch, path)})" for name, path in zip(names, paths, strict=True))


def commit(branch: str, message: str, paths: list[str]) -> None:
    """Commit `paths` to the new branch `branch` in the name of ACTOR."""
    actor = os.environ["ACTOR"]
    email = f"{actor}@users.noreply.github.com"
    run(*GIT, "checkout", "--quiet", "-B", branch)
    run(*GIT, "add", "--", *paths)
    run(*GIT, "-c", f"user.name={actor}", "-c", f"user.email={email}", "commit", "--quiet", "--message", message)


def push(branch: str, *options: str) -> None:
    """Push `branch` to origin; the token is only in the environment of this git process."""
    secret = base64.b64encode(f"x-access-token:{os.environ['GITHUB_TOKEN']}".encode()).decode()
    header = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{os.environ['GITHUB_SERVER_URL']}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {secret}",
    }
    run(*GIT, "push", "--quiet", *options, "origin", f"HEAD:refs/heads/{branch}", **header)


def run(*words: str, **environment: str) -> str:
    """Run a program and return its output; CalledProcessError if it fails."""
    process = subprocess.run(words, check=True, capture_output=True, text=True, env={**os.environ, **environment})
    return process.stdout.strip()


def expect(right: bool, otherwise: str) -> None:
    """Raise ValueError with the message `otherwise` unless `right`."""
    if not right:
        raise ValueError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
