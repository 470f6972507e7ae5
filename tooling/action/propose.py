"""Propose what only a command can do, as a pull request: a new version as a draft, or the lock of what was published.

    propose.py new      POLICY, EFFECTIVE, CHANGE and optional PUBLISHED say which
    propose.py freeze

Environment besides: ACTOR, the person who asked; TARGET, the branch it goes to; GITHUB_SERVER_URL; and what `service`
needs, with the rights to write contents, pull requests and actions. Works in a clone of the branch TARGET.
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
LEVELS = ("material", "notice", "editorial")
# Only the repository that .git marks is used, whatever a folder of it holds.
GIT = ("git", "-c", "safe.bareRepository=explicit")
LOCK = "policy_versions/lock.json"
NEW = """\
A draft of the next version, with the words of the one before it. Nothing of it is on any page yet.

1. Open the text, change the words, and commit to the branch of this pull request:
{edit}
2. Say at the head of the text, under `summary:`, what changes, in words your readers understand.
3. Look at the review, which comes as a comment here after each change, and at the preview it links.
4. Take the line `draft: true` out of [version.yml]({metadata}), and press “Ready for review”.
"""
FREEZE = """\
These versions are public and were not locked yet. Merging this records the digest of every text, so that every later \
change is noticed. Check that the texts are the ones that were agreed to: afterwards only a new version corrects \
them.
"""


def main() -> int:
    """Do what the first word of the command line says."""
    try:
        return {"new": new, "freeze": freeze}[sys.argv[1]]()
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
    added = run(*GIT, "ls-files", "--others", "--exclude-standard", "--", f"policy_versions/{policy}").splitlines()
    label = added[0].split("/")[2]
    branch = f"policy/{policy}-{label}"
    expect(
        not run(*GIT, "ls-remote", "--heads", "origin", branch), f"there is a branch “{branch}” already: go on there"
    )
    commit(branch, f"{policy} {label}: draft", added)
    push(branch)
    texts = [path for path in added if path.endswith(".md")]
    body = NEW.format(
        edit="\n".join(f"    - [{path.rpartition('/')[2]}]({edit(branch, path)})" for path in texts),
        metadata=edit(branch, f"policy_versions/{policy}/{label}/version.yml"),
    )
    print(opened(branch, f"{policy} {label}", body, draft=True))
    return 0


def freeze() -> int:
    """Lock what is public, and open a pull request with the lock; nothing where all is locked."""
    print(run("inforce", "freeze"))
    if not run(*GIT, "status", "--porcelain", "--", LOCK):
        return 0
    branch = "policy/freeze"
    commit(branch, "lock what was published", [LOCK])
    push(branch, "--force")
    owner = os.environ["GITHUB_REPOSITORY"].partition("/")[0]
    if known := next(service.pages(f"pulls?state=open&head={owner}:{branch}"), None):
        check(branch, known["number"])
    else:
        print(opened(branch, "Lock what was published", FREEZE, draft=False))
    return 0


def opened(branch: str, title: str, body: str, *, draft: bool) -> str:
    """Open a pull request from `branch`, and give its address; no draft where the repository's plan knows none."""
    wanted = {"title": title, "head": branch, "base": os.environ["TARGET"], "body": body, "draft": draft}
    try:
        made = service.call("POST", "pulls", wanted)
    except service.RefusedError as refusal:
        if not (draft and refusal.code == 422 and "draft" in str(refusal).lower()):
            raise
        made = service.call("POST", "pulls", {**wanted, "title": f"Draft: {title}", "draft": False})
    check(branch, made["number"])
    return str(made["html_url"])


def check(branch: str, number: int) -> None:
    """Start the check of `branch`: GitHub starts no workflow for a push by a workflow."""
    start = {"ref": branch, "inputs": {"pull-request": str(number)}}
    service.call("POST", "actions/workflows/check.yml/dispatches", start)


def edit(branch: str, path: str) -> str:
    """Address the page on which `path` of `branch` is edited in a browser."""
    return f"{os.environ['GITHUB_SERVER_URL']}/{os.environ['GITHUB_REPOSITORY']}/edit/{branch}/{path}"


def commit(branch: str, message: str, paths: list[str]) -> None:
    """Commit `paths` on the new branch `branch` in the name of the person who asked."""
    actor = os.environ["ACTOR"]
    email = f"{actor}@users.noreply.github.com"
    run(*GIT, "checkout", "--quiet", "-B", branch)
    run(*GIT, "add", "--", *paths)
    run(*GIT, "-c", f"user.name={actor}", "-c", f"user.email={email}", "commit", "--quiet", "--message", message)


def push(branch: str, *options: str) -> None:
    """Push `branch` to where the clone came from; the token stands in the environment of that one run of git only."""
    secret = base64.b64encode(f"x-access-token:{os.environ['GITHUB_TOKEN']}".encode()).decode()
    header = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{os.environ['GITHUB_SERVER_URL']}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {secret}",
    }
    run(*GIT, "push", "--quiet", *options, "origin", f"HEAD:refs/heads/{branch}", **header)


def run(*words: str, **environment: str) -> str:
    """Run a program and give what it printed; CalledProcessError where it refuses."""
    done = subprocess.run(words, check=True, capture_output=True, text=True, env={**os.environ, **environment})
    return done.stdout.strip()


def expect(right: bool, otherwise: str) -> None:
    """Refuse with the words `otherwise`, unless all is `right`."""
    if not right:
        raise ValueError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
