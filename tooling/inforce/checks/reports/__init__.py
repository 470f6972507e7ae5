"""Reports: what an examination found, as text for people and as data for the programs that show it in a pull request.

Keeps true: every form tells of every finding, or says how many it leaves out and where they are; all are pure functions
of a `Report`. Does not colour anything and does not write anywhere (see `cli`).
"""

from __future__ import annotations

from inforce.checks.reports.data import to_json
from inforce.checks.reports.github import to_github, to_job_summary
from inforce.checks.reports.gitlab import to_gitlab
from inforce.checks.reports.sarif import to_sarif
from inforce.checks.reports.text import to_text

__all__ = ["to_github", "to_gitlab", "to_job_summary", "to_json", "to_sarif", "to_text"]
