"""Post a review as a single comment on its pull request, or update that comment.

Environment: REVIEW, the folder with `review.md` and `pull-request` from the unprivileged run; HEAD, the commit of that
run; and the variables of `service`, with write access to pull requests.

Invariants: the files in that folder are untrusted data, since a pull request controls what its run writes. The number
is accepted only if that pull request is open and its head is HEAD. The posted text is truncated to the limit, mentions
no user, loads no resource, and contains only the tags of collapsed sections. Nothing from the folder is executed.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import service

MARKER = "<!-- inforce: review of this pull request -->"
LONGEST = 65_000
NUMBER = re.compile(r"[1-9][0-9]{0,9}")
# An invisible word joiner prevents tags, entities, images, mentions and references, both in the source and in the
# rendered text, which GitHub searches for mentions and references.
JOINER = "\u2060"
ACTIVE = re.compile(
    r"""
      <(?!/?(?:details|summary|sub)>)                # a tag, a comment, an automatic link
    | &(?=[\#0-9A-Za-z])                             # an entity, such as &#64; for @
    | !(?=\[)                                        # an image
    | @                                              # a mention
    | \#(?=\d)                                       # an issue or a pull request
    | (?:\b|_)GH\\?-(?=\d)                           # the same
    | /(?:issues|pull|discussions|commit)(?=/)       # its address
    | (?<![0-9A-Za-z/=_-])(?=[0-9]*[a-f])[0-9a-f]{6}(?=[0-9a-f]{1,34}(?![0-9A-Za-z]))  # a commit
    | ([`~])\1(?=\1)                                 # a fence, in which GitHub renders diagrams and maps
    """,
    re.VERBOSE | re.IGNORECASE,
)


def main() -> int:
    """Post the comment; a pull request that was closed or changed since is not an error."""
    folder = Path(os.environ["REVIEW"])
    number = read(folder / "pull-request", 20)
    if not NUMBER.fullmatch(number):
        print(f"No comment: expected the number of a pull request, got {number!r}.")
        return 1
    pull = service.call("GET", f"pulls/{number}")
    if pull["state"] != "open" or pull["head"]["sha"] != os.environ["HEAD"]:
        print(f"No comment: pull request {number} is closed or has changed; its next run will comment.")
        return 0
    words = read(folder / "review.md", 4 * LONGEST)
    if not words.strip():
        print("No comment: the run wrote no review.")
        return 1
    body = f"{MARKER}\n{harmless(words)}"
    comments = service.pages(f"issues/{number}/comments")
    mine = next((comment for comment in comments if is_mine(comment)), None)
    if mine:
        service.call("PATCH", f"issues/comments/{mine['id']}", {"body": body})
    else:
        service.call("POST", f"issues/{number}/comments", {"body": body})
    print(f"{'Replaced' if mine else 'Wrote'} the review of pull request {number}.")
    return 0


def read(file: Path, most: int) -> str:
    """Return at most `most` bytes of `file` as UTF-8; empty if it is a link or does not exist."""
    if file.is_symlink() or not file.is_file():
        return ""
    with file.open("rb") as opened:
        return opened.read(most).decode("utf-8", "ignore")


def harmless(words: str) -> str:
    """Return `words` without mentions, references, images and tags, truncated to the length of a comment."""
    safe = ACTIVE.sub(lambda match: match[0] + JOINER, words.replace("\0", ""))
    return (
        safe
        if len(safe) <= LONGEST
        else f"{safe[:LONGEST]}\n\n… truncated: the full review is in the artefact of the run.\n"
    )


def is_mine(comment: dict[str, object]) -> bool:
    """Return whether `comment` was written by this script, not by a user who copied its marker."""
    user = comment.get("user")
    is_bot = isinstance(user, dict) and user.get("type") == "Bot"
    return is_bot and str(comment.get("body", "")).startswith(MARKER)


if __name__ == "__main__":
    sys.exit(main())
