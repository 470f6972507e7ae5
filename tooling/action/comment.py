"""Post a review as the one comment of its pull request: written the first time, replaced from then on.

Environment: REVIEW, the folder with `review.md` and `pull-request` that a run without rights left behind; HEAD, the
commit that run was for; and what `service` needs, with the right to write to pull requests.

Invariants: what comes out of that folder is data. A pull request can make its own run write anything there, so the
number is believed only if that pull request is open and its head is the commit the run was for; the words are cut to
what fits, mention no user, load nothing and hold no tags but those that fold a text away. Runs nothing from it.
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
# A word joiner is invisible. After it, what follows makes no tag, entity, image, mention or reference, whether the host
# looks for that in the source or, as GitHub does for mentions and references, in the rendered text.
JOINER = "\u2060"
LOUD = re.compile(
    r"""
      <(?!/?(?:details|summary|sub)>)                # a tag, a comment, an automatic link
    | &(?=[\#0-9A-Za-z])                             # an entity, such as &#64; for @
    | !(?=\[)                                        # an image
    | @                                              # a mention
    | \#(?=\d)                                       # an issue or a pull request
    | (?:\b|_)GH\\?-(?=\d)                           # the same
    | /(?:issues|pull|discussions|commit)(?=/)       # its address
    | (?<![0-9A-Za-z/=_-])(?=[0-9]*[a-f])[0-9a-f]{6}(?=[0-9a-f]{1,34}(?![0-9A-Za-z]))  # a commit
    | ([`~])\1(?=\1)                                 # a fence, in which GitHub draws diagrams and maps
    """,
    re.VERBOSE | re.IGNORECASE,
)


def main() -> int:
    """Post; end with 0 also where the pull request has moved on, which is no mistake."""
    folder = Path(os.environ["REVIEW"])
    number = read(folder / "pull-request", 20)
    if not NUMBER.fullmatch(number):
        print(f"No comment: expected the number of a pull request, got {number!r}.")
        return 1
    pull = service.call("GET", f"pulls/{number}")
    if pull["state"] != "open" or pull["head"]["sha"] != os.environ["HEAD"]:
        print(f"No comment: pull request {number} is closed, or was changed since; its next run comments.")
        return 0
    words = read(folder / "review.md", 4 * LONGEST)
    if not words.strip():
        print("No comment: the run left no review.")
        return 1
    body = f"{MARKER}\n{harmless(words)}"
    mine = next((one for one in service.pages(f"issues/{number}/comments") if is_mine(one)), None)
    if mine:
        service.call("PATCH", f"issues/comments/{mine['id']}", {"body": body})
    else:
        service.call("POST", f"issues/{number}/comments", {"body": body})
    print(f"{'Replaced' if mine else 'Wrote'} the review of pull request {number}.")
    return 0


def read(file: Path, most: int) -> str:
    """Read at most `most` bytes of `file`, which may be no link, as UTF-8."""
    if file.is_symlink() or not file.is_file():
        return ""
    with file.open("rb") as opened:
        return opened.read(most).decode("utf-8", "ignore")


def harmless(words: str) -> str:
    """Return `words` without mentions, references, images and tags, cut to the length of a comment."""
    calm = LOUD.sub(lambda found: found[0] + JOINER, words.replace("\0", ""))
    return calm if len(calm) <= LONGEST else f"{calm[:LONGEST]}\n\n… cut: the whole is in the artefact of the run.\n"


def is_mine(comment: dict[str, object]) -> bool:
    """Return whether `comment` was written by this script, not by another user who copied its mark."""
    user = comment.get("user")
    is_bot = isinstance(user, dict) and user.get("type") == "Bot"
    return is_bot and str(comment.get("body", "")).startswith(MARKER)


if __name__ == "__main__":
    sys.exit(main())
