"""Report formats: text for people, and data for programs that show findings in a pull request.

Invariants: each format contains every finding, or states how many are omitted and where they are; all functions are
pure functions of a `CheckReport`.
Not responsible for: colours and output (see `cli`).
"""

from __future__ import annotations

from inforce.checks.reports.data import to_json
from inforce.checks.reports.github import to_github, to_job_summary
from inforce.checks.reports.gitlab import to_gitlab
from inforce.checks.reports.sarif import to_sarif
from inforce.checks.reports.text import to_text

__all__ = ["to_github", "to_gitlab", "to_job_summary", "to_json", "to_sarif", "to_text"]
