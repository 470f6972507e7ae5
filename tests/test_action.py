"""The automation that users copy: every script runs on a real repository, and workflows are linted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import copies
from forge import ACTION, TOKEN, Forge, forge_in, steps
from inforce import __version__
from inforce.book.init import create_repository

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ACTION / "workflows").glob("*.yml"))
OLD = "# Privacy\n\n## Retention {#retention}\n\nWe keep your data for 12 months.\n"
SUMMARY = "---\nsummary:\n  - section: retention\n    text: We keep your data for 24 months.\n---\n"
ASKED = {"POLICY": "privacy", "EFFECTIVE": "2037-03-01", "CHANGE": "material", "ACTOR": "edith", "TARGET": "main"}
Post = Callable[..., tuple[int, str]]
CompletedForm = subprocess.CompletedProcess[str]
FREEZER = {"ACTOR": "github-actions", "TARGET": "main"}


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    """A forge with a privacy policy on its main branch, published but not locked."""
    with forge_in(tmp_path) as new_forge:
        new_forge.book.policy("privacy", kind="privacy", act="acknowledge").version("2026-01-15", en=OLD)
        new_forge.book.write("mkdocs.yml", "site_name: Policies\ntheme: {name: material}\nplugins: [search, inforce]\n")
        new_forge.book.write("docs/imprint.md", "# Imprint\n")
        new_forge.begin()
        yield new_forge


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository created by `inforce init`."""
    folder = tmp_path_factory.mktemp("lint") / "policies"
    create_repository(folder)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def read(workflow: Path) -> dict[Any, Any]:
    parsed: dict[Any, Any] = yaml.safe_load(workflow.read_text("utf-8"))
    return parsed


class TestLint:
    """The files of a new repository pass two linters in their strictest mode."""

    def test_actionlint_finds_nothing(self, repository: Path) -> None:
        ran = subprocess.run([BIN / "actionlint"], cwd=repository, capture_output=True, text=True, check=False)
        assert (ran.stdout, ran.returncode) == ("", 0)

    @pytest.mark.parametrize("project", [False, True], ids=["what init writes", "this project's own workflows"])
    def test_zizmor_finds_nothing(self, repository: Path, project: bool) -> None:
        where = [str(ROOT / ".github" / "workflows")] if project else ["."]
        command = [BIN / "zizmor", "--offline", "--no-progress", "--persona=pedantic", "--quiet", *where]
        ran = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout

    def test_security_problem_would_be_found(self, tmp_path: Path) -> None:
        hole = "name: x\non: pull_request_target\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    steps:\n"
        hole += "      - run: echo ${{ github.event.pull_request.title }}\n"
        (tmp_path / "x.yml").write_text(hole)
        command = [BIN / "zizmor", "--offline", "--no-progress", "--quiet", str(tmp_path / "x.yml")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "template-injection" in ran.stdout
        assert "dangerous-triggers" in ran.stdout

    def test_every_action_is_pinned_to_a_commit(self, repository: Path) -> None:
        files = [*repository.glob(".github/workflows/*.yml"), *repository.glob(".github/actions/*/action.yml")]
        used = [text for file in files for text in re.findall(r"uses: (\S+)(.*)", file.read_text("utf-8"))]
        foreign = [(item, tag) for item, tag in used if not item.startswith("./")]
        assert len(foreign) > 10
        assert [item for item, tag in foreign if not re.search(r"@[0-9a-f]{40}$", item) or " # v" not in tag] == []

    def test_packages_are_installed_from_the_repository_by_hash(self, repository: Path) -> None:
        files = [*repository.glob(".github/**/*.yml"), ACTION / "gitlab-ci.yml"]
        installed = re.findall(r"pip install (.*)", "\n".join(file.read_text("utf-8") for file in files))
        assert len(installed) == 7
        sources = ("--require-hashes -r .inforce/requirements.txt", '--require-hashes -r "$REQUIREMENTS"')
        assert [item for item in installed if not item.endswith(sources)] == []
        action = yaml.safe_load((repository / ".github/actions/inforce/action.yml").read_text("utf-8"))
        assert action["inputs"]["requirements"]["default"] == ".inforce/requirements.txt"
        assert f"inforce-{__version__}-py3-none-any.whl" in (repository / ".inforce/requirements.txt").read_text()

    def test_job_with_the_key_runs_only_code_from_main(self) -> None:
        with_key = [file.stem for file in WORKFLOWS if "secrets." in file.read_text("utf-8")]
        assert with_key == ["publish"]
        publish = read(ACTION / "workflows/publish.yml")
        assert set(publish[True]) == {"push", "schedule", "workflow_dispatch"}
        assert publish["jobs"]["build"]["environment"] == "signing"
        steps_with_key = [step for step in publish["jobs"]["build"]["steps"] if "secrets." in str(step)]
        assert [step["run"].split()[:2] for step in steps_with_key] == [["inforce", "build"]]

    def test_engineers_own_security_relevant_files(self) -> None:
        assert {"#/.inforce/", "#/.github/"} <= set((ACTION / "CODEOWNERS").read_text("utf-8").split())

    def test_every_script_in_a_workflow_exists(self, repository: Path) -> None:
        named = re.findall(r"[\w./$]+/(\w+\.py)", "".join(file.read_text() for file in repository.rglob("*.yml")))
        assert len(set(named)) >= 6
        assert [name for name in named if not (repository / ".github/actions/inforce" / name).is_file()] == []


class TestRights:
    """A pull request from a fork has no secrets and no write access."""

    def test_only_the_comment_workflow_runs_with_write_access_for_a_pull_request(self) -> None:
        on_pulls = [file.stem for file in WORKFLOWS if set(read(file)[True]) & {"pull_request", "workflow_run"}]
        assert on_pulls == ["check", "comment"]
        assert not any("pull_request_target" in file.read_text("utf-8") for file in WORKFLOWS)

    def test_check_has_read_access_and_no_secrets(self) -> None:
        check = read(ACTION / "workflows/check.yml")
        assert [job["permissions"] for job in check["jobs"].values()] == [{"contents": "read"}]
        for file in (ACTION / "workflows/check.yml", ACTION / "action.yml"):
            assert not re.search(r"secrets\.|github\.token|GITHUB_TOKEN", file.read_text("utf-8"))

    def test_comment_workflow_checks_out_nothing_of_a_pull_request(self) -> None:
        (job,) = read(ACTION / "workflows/comment.yml")["jobs"].values()
        checkouts = [step["with"] for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
        assert checkouts == [{"sparse-checkout": ".github/actions/inforce", "persist-credentials": False}]
        assert not any("pip" in step.get("run", "") for step in job["steps"])

    @pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
    def test_job_has_exactly_the_expected_permissions(self, workflow: Path) -> None:
        assert read(workflow)["permissions"] == {}
        writes = {
            name for job in read(workflow)["jobs"].values() for name, to in job["permissions"].items() if to == "write"
        }
        may_write = {
            "comment": {"pull-requests"},
            "publish": {"pages", "id-token"},
            "watch": {"actions"},
            "new-version": {"actions", "contents", "pull-requests"},
            "correct-text": {"actions", "contents", "pull-requests"},
            "lock": {"actions", "contents", "pull-requests"},
        }
        assert writes == may_write.get(workflow.stem, set())

    @pytest.mark.parametrize("script", sorted(ACTION.glob("*.py")), ids=lambda path: path.stem)
    def test_scripts_need_only_the_standard_library_and_the_command(self, script: Path) -> None:
        imported = set(re.findall(r"^(?:import|from) (\w+)", script.read_text("utf-8"), re.MULTILINE))
        assert imported - set(sys.stdlib_module_names) <= {"service"}


class TestCheck:
    """The steps of the composite action, on a branch of a clone."""

    def test_change_is_previewed_reviewed_and_checked(self, forge: Forge, tmp_path: Path) -> None:
        meta = {"published": "2036-12-01", "effective": "2037-03-01", "draft": "true"}
        text = SUMMARY + OLD.replace("12", "24")
        forge.book.git("checkout", "-q", "-b", "change")
        forge.book.policy("privacy", kind="privacy", act="acknowledge").version("2037-03-01", meta=meta, en=text)
        forge.book.commit("a draft")
        forge.book.git("push", "-q", "origin", "change")
        clone = forge.clone("runner", "change")
        values = {
            "inputs.base": "origin/main",
            "inputs.pull-request": "7",
            "runner.temp": str(tmp_path),
            "steps.upload.outputs.artifact-url": "https://github.example/shop/policies/artifacts/1",
        }
        ended = [forge.step(step, values, clone.root, INFORCE_AT="2026-06-01") for step in steps("action.yml")]
        assert [item.returncode for item in ended] == [0, 0, 0], [item.stderr for item in ended]
        review = (tmp_path / "review/review.md").read_text("utf-8")
        assert "### Privacy 2037-03-01: new" in review
        assert (
            "Preview: page: `privacy/2037-03-01/index.html` · redline: `privacy/changes/2026-01-15...2037-03-01/"
            in review
        )
        assert (tmp_path / "review/pull-request").read_text("utf-8") == "7"
        assert "24 months" in (tmp_path / "preview/privacy/2037-03-01/index.html").read_text("utf-8")
        assert clone.git("status", "--porcelain") == "", "the preview is built from a copy"
        assert "::notice file=policy_versions/privacy/2026-01-15/version.yml" in ended[-1].stdout

    def test_error_fails_the_run_after_the_review_is_written(self, forge: Forge, tmp_path: Path) -> None:
        forge.book.git("checkout", "-q", "-b", "change")
        forge.book.write("policy_versions/privacy/2026-01-15/en.md", OLD + "\nTODO\n")
        values = {
            "inputs.base": "main",
            "inputs.pull-request": "7",
            "runner.temp": str(tmp_path),
            "steps.upload.outputs.artifact-url": "",
        }
        _, reviewed, checked = [forge.step(step, values, forge.book.root) for step in steps("action.yml")]
        assert reviewed.returncode == 0
        assert "### Errors" in (tmp_path / "review/review.md").read_text("utf-8")
        assert checked.returncode != 0
        assert "::error file=policy_versions/privacy/2026-01-15/en.md" in checked.stdout

    def test_preview_reads_nothing_outside_the_repository(self, forge: Forge, tmp_path: Path) -> None:
        (tmp_path / "outside.yml").write_text("draft: true\n", "utf-8")
        folder = forge.book.root / "policy_versions/privacy/2027-01-01"
        folder.mkdir()
        (folder / "version.yml").symlink_to(tmp_path / "outside.yml")
        ended = forge.run("preview.py", BASE="main", SITE=str(tmp_path / "site"))
        assert ended.returncode == 2
        assert (tmp_path / "outside.yml").read_text("utf-8") == "draft: true\n"


class TestComment:
    """The output of the unprivileged run is posted as data."""

    HEAD = "0123456789abcdef0123456789abcdef01234567"

    @pytest.fixture
    def post(self, forge: Forge, repository: Path) -> Post:
        """Return a function that leaves a review and runs the workflow; it returns the exit code and the output."""

        def run(review: str = "## Changes in this pull request\n", number: str = "7") -> tuple[int, str]:
            folder = forge.folder / "review"
            folder.mkdir(exist_ok=True)
            (folder / "review.md").write_text(review, "utf-8")
            (folder / "pull-request").write_text(number, "utf-8")
            (step,) = steps("workflows/comment.yml")
            values = {
                "runner.temp": str(forge.folder),
                "github.event.workflow_run.head_sha": self.HEAD,
                "github.token": TOKEN,
            }
            ended = forge.step(step, values, repository)
            return ended.returncode, ended.stdout + ended.stderr

        return run

    @pytest.fixture
    def pull(self, forge: Forge) -> Forge:
        forge.service.pulls[7] = {"state": "open", "head": {"sha": self.HEAD, "ref": "change"}}
        return forge

    def test_first_review_is_posted_and_the_next_updates_it(self, pull: Forge, post: Post) -> None:
        assert post("First.\n")[0] == 0
        assert post("Second.\n")[0] == 0
        assert [call.method for call in pull.service.calls] == ["GET", "GET", "POST", "GET", "GET", "PATCH"]
        assert [comment["body"] for comment in pull.service.comments] == [
            "<!-- inforce: review of this pull request -->\nSecond.\n"
        ]

    def test_own_comment_is_found_among_hundreds_and_copies_are_ignored(self, pull: Forge, post: Post) -> None:
        copied = "<!-- inforce: review of this pull request -->\nAll is well.\n"
        pull.service.comments += [{"id": n, "user": {"type": "User"}, "body": copied} for n in range(250)]
        post("First.\n")
        post("Second.\n")
        assert len(pull.service.comments) == 251
        assert pull.service.comments[-1]["body"].endswith("Second.\n")
        assert {comment["body"] for comment in pull.service.comments[:-1]} == {copied}

    @pytest.mark.parametrize(
        ("pull_request", "code"),
        [
            pytest.param({"state": "open", "head": {"sha": "f" * 40}}, 0, id="the pull request was changed since"),
            pytest.param({"state": "closed", "head": {"sha": HEAD}}, 0, id="it is closed"),
        ],
    )
    def test_closed_or_changed_pull_request_gets_no_comment(
        self, forge: Forge, post: Post, pull_request: dict[str, Any], code: int
    ) -> None:
        forge.service.pulls[7] = pull_request
        assert post()[0] == code
        assert [call.method for call in forge.service.calls] == ["GET"]

    @pytest.mark.parametrize("number", ["", "0", "7/../8", "7\n8", "-7", "seven", "9" * 11])
    def test_invalid_number_is_rejected_before_any_request(self, pull: Forge, post: Post, number: str) -> None:
        code, output = post(number=number)
        assert code == 1
        assert "expected the number of a pull request" in output
        assert pull.service.calls == []

    def test_forged_review_mentions_no_user_and_loads_nothing(self, pull: Forge, post: Post) -> None:
        forged = "@team ![x](https://evil.example/x.png) <img src=x> <script>x</script> <details><summary>a</summary>"
        post(forged)
        (comment,) = pull.service.comments
        assert comment["body"].partition("\n")[2] == (
            "@\u2060team !\u2060[x](https://evil.example/x.png) <\u2060img src=x> <\u2060script>x<\u2060/script> "
            "<details><summary>a</summary>"
        )

    def test_empty_review_does_not_replace_the_comment(self, pull: Forge, post: Post) -> None:
        post("First.\n")
        assert post(" \n")[0] == 1
        assert pull.service.comments[0]["body"].endswith("First.\n")

    def test_overlong_review_is_truncated(self, pull: Forge, post: Post) -> None:
        post("word " * 100_000)
        (comment,) = pull.service.comments
        assert len(comment["body"]) < 65_536
        assert comment["body"].endswith("… truncated: the full review is in the artefact of the run.\n")

    def test_link_in_the_artefact_is_not_followed(self, pull: Forge) -> None:
        (pull.folder / "elsewhere").write_text("7", "utf-8")
        folder = pull.folder / "review"
        folder.mkdir()
        (folder / "pull-request").symlink_to(pull.folder / "elsewhere")
        ended = pull.run("comment.py", REVIEW=str(folder), HEAD=self.HEAD)
        assert ended.returncode == 1
        assert pull.service.calls == []


def run_form(forge: Forge, workflow: str, fields: tuple[str, ...], form: dict[str, str]) -> CompletedForm:
    """Run the script of `workflow` in a new clone as the form with `fields` does; other fields of `form` are empty."""
    (step,) = steps(f"workflows/{workflow}.yml")
    values = {f"inputs.{name}": form.get(name.upper(), "") for name in fields}
    values |= {"github.actor": form["ACTOR"], "github.ref_name": form["TARGET"], "github.token": TOKEN}
    clone = forge.clone(f"runner-{len(forge.service.calls)}")
    target = clone.root / ".github/actions/inforce"
    target.mkdir(parents=True)
    for script in ACTION.glob("*.py"):
        (target / script.name).write_bytes(script.read_bytes())
    return forge.step(step, values, clone.root)


def assert_refused(forge: Forge, ended: CompletedForm, report: str) -> None:
    """Check that the form reported `report` and left neither a pull request nor a branch."""
    assert ended.returncode != 0
    assert report in ended.stderr
    assert "Traceback" not in ended.stderr
    assert forge.service.calls == []
    assert forge.remote("branch", "--list").split() == ["*", "main"]


class TestNewVersion:
    """The form “Run workflow”."""

    def press(self, forge: Forge, **given: str) -> CompletedForm:
        return run_form(forge, "new-version", ("policy", "effective", "change", "published"), {**ASKED, **given})

    def test_form_opens_a_draft_pull_request_with_the_newest_text(self, forge: Forge) -> None:
        ended = self.press(forge)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.endswith("https://github.example/shop/policies/pull/1\n")
        call, started = forge.service.calls
        assert (started.method, started.path) == ("POST", "actions/workflows/check.yml/dispatches")
        assert started.body == {"ref": "policy/privacy-2037-03-01", "inputs": {"pull-request": "1"}}
        wanted = {"title": "privacy 2037-03-01", "head": "policy/privacy-2037-03-01", "base": "main", "draft": True}
        assert wanted.items() <= call.body.items()
        assert "/edit/policy/privacy-2037-03-01/policy_versions/privacy/2037-03-01/en.md)" in call.body["body"]
        branch = "policy/privacy-2037-03-01"
        changed = forge.remote("diff", "--name-only", "main", branch).splitlines()
        assert changed == [f"policy_versions/privacy/2037-03-01/{name}" for name in ("en.md", "version.yml")]
        assert "draft: true" in forge.remote("show", f"{branch}:policy_versions/privacy/2037-03-01/version.yml")
        assert forge.remote("log", "-1", "--format=%an", branch) == "edith\n"

    def test_token_is_not_stored(self, forge: Forge) -> None:
        ended = self.press(forge)
        assert forge.service.calls[0].token == f"Bearer {TOKEN}"
        assert TOKEN not in ended.stdout + ended.stderr
        held = [file.read_bytes() for file in forge.folder.rglob("*") if file.is_file()]
        assert not any(TOKEN.encode() in raw for raw in held)

    @pytest.mark.parametrize(
        ("given", "report"),
        [
            pytest.param({"POLICY": "../x"}, "expected the id of a policy", id="a policy that leaves the folder"),
            pytest.param({"POLICY": "--repo"}, "expected the id of a policy", id="a policy that is an option"),
            pytest.param({"EFFECTIVE": "soon"}, "expected a date", id="a date that is none"),
            pytest.param({"PUBLISHED": "$(id)"}, "expected a date", id="a day that is a command"),
            pytest.param({"CHANGE": "huge"}, "expected one of material", id="a level there is not"),
            pytest.param({"POLICY": "terms"}, "terms", id="a policy there is not"),
            pytest.param({"EFFECTIVE": "2026-01-10"}, "effective is before", id="a day that has passed"),
        ],
    )
    def test_invalid_input_is_reported_and_leaves_nothing(
        self, forge: Forge, given: dict[str, str], report: str
    ) -> None:
        assert_refused(forge, self.press(forge, **given), report)

    def test_existing_branch_is_not_overwritten(self, forge: Forge) -> None:
        self.press(forge)
        before = forge.remote("rev-parse", "policy/privacy-2037-03-01")
        ended = self.press(forge)
        assert ended.returncode == 1
        assert "the branch “policy/privacy-2037-03-01” already exists" in ended.stderr
        assert forge.remote("rev-parse", "policy/privacy-2037-03-01") == before

    def test_without_draft_support_the_title_contains_draft(self, forge: Forge) -> None:
        forge.service.refusals = [(422, "Draft pull requests are not supported in this repository.")]
        assert self.press(forge).returncode == 0
        assert forge.service.pulls[1]["title"] == "Draft: privacy 2037-03-01"
        assert not forge.service.pulls[1]["draft"]

    def test_error_of_the_service_is_passed_on(self, forge: Forge) -> None:
        forge.service.refusals = [(403, "GitHub Actions is not permitted to create or approve pull requests.")]
        ended = self.press(forge)
        assert ended.returncode == 1
        assert "not permitted to create or approve pull requests" in ended.stderr
        assert "Traceback" not in ended.stderr


class TestCorrectText:
    """The form that corrects published words."""

    def press(self, forge: Forge, **given: str) -> CompletedForm:
        form = {**ASKED, "OLD": "12 months", "NEW": "twelve months", "CHANGE": "editorial", **given}
        fields = ("policy", "old", "new", "change", "amends", "still_right")
        return run_form(forge, "correct-text", fields, form)

    def test_form_opens_a_draft_pull_request_with_the_correction(self, forge: Forge) -> None:
        ended = self.press(forge)
        assert ended.returncode == 0, ended.stderr
        call = forge.service.calls[0]
        branch = "policy/privacy-2026-01-15.1"
        assert {"title": "privacy 2026-01-15.1: correction", "head": branch, "draft": True}.items() <= call.body.items()
        assert f"[en.md](https://github.example/shop/policies/edit/{branch}/policy_versions" in call.body["body"]
        text = forge.remote("show", f"{branch}:policy_versions/privacy/2026-01-15.1/en.md")
        assert "We keep your data for twelve months." in text
        assert "amends: 2026-01-15\n" in forge.remote(
            "show", f"{branch}:policy_versions/privacy/2026-01-15.1/version.yml"
        )

    @pytest.mark.parametrize(
        ("given", "report"),
        [
            pytest.param({"POLICY": "../x"}, "expected the id of a policy", id="a policy that leaves the folder"),
            pytest.param({"AMENDS": "--edit"}, "expected a version", id="a version that is an option"),
            pytest.param({"AMENDS": "2020-01-01"}, "2020-01-01", id="a version that does not exist"),
            pytest.param({"OLD": " "}, "expected the words to correct", id="no words"),
            pytest.param({"OLD": "--announced"}, "--announced", id="words that look like an option"),
            pytest.param({"OLD": "nowhere"}, "nowhere", id="words that do not occur"),
            pytest.param({"CHANGE": "material"}, "material", id="a material change"),
        ],
    )
    def test_invalid_input_is_reported_and_leaves_nothing(
        self, forge: Forge, given: dict[str, str], report: str
    ) -> None:
        assert_refused(forge, self.press(forge, **given), report)


class TestLock:
    """Newly published versions are proposed for the lock."""

    def test_single_pull_request_is_opened_and_updated(self, forge: Forge) -> None:
        first = forge.run("propose.py", "freeze", cwd=forge.clone("one").root, **FREEZER)
        assert first.returncode == 0, first.stderr
        assert forge.remote("diff", "--name-only", "main", "policy/freeze") == "policy_versions/lock.json\n"
        second = forge.run("propose.py", "freeze", cwd=forge.clone("two").root, **FREEZER)
        assert second.returncode == 0, second.stderr
        called = [(call.method, call.path.partition("?")[0]) for call in forge.service.calls]
        started = ("POST", "actions/workflows/check.yml/dispatches")
        assert called == [("GET", "pulls"), ("POST", "pulls"), started, ("GET", "pulls"), started]
        assert len(forge.service.pulls) == 1

    def test_nothing_happens_if_all_versions_are_locked(self, forge: Forge) -> None:
        forge.run("propose.py", "freeze", cwd=forge.clone("one").root, **FREEZER)
        ended = forge.run("propose.py", "freeze", cwd=forge.clone("two", "policy/freeze").root, **FREEZER)
        assert ended.returncode == 0
        assert len(forge.service.pulls) == 1
        assert [call.method for call in forge.service.calls] == ["GET", "POST", "POST"]


class TestWatch:
    """The live site is checked against the lock, even in repositories without activity."""

    def test_schedules_are_kept_enabled(self, forge: Forge) -> None:
        step = next(step for step in steps("workflows/watch.yml") if "awake" in step["run"])
        names = str(step["env"]["WORKFLOWS"]).split()
        ended = forge.run("awake.py", WORKFLOWS=" ".join(names))
        assert ended.returncode == 0, ended.stderr
        assert [(call.method, call.path) for call in forge.service.calls] == [
            ("PUT", f"actions/workflows/{name}/enable") for name in names
        ]
        scheduled = {file.name for file in WORKFLOWS if "schedule" in read(file)[True]}
        assert set(names) == scheduled

    def test_invalid_name_and_error_of_the_service_fail_the_run(self, forge: Forge) -> None:
        assert forge.run("awake.py", WORKFLOWS="../x").returncode == 1
        forge.service.refusals = [(403, "no")]
        assert forge.run("awake.py", WORKFLOWS="watch.yml").returncode == 1

    def test_site_that_differs_from_the_lock_fails_the_run(self, forge: Forge, tmp_path: Path) -> None:
        site = str(tmp_path / "site")
        env = forge.environment()
        for words in (["freeze"], ["build", "--site-dir", site]):
            subprocess.run([copies.inforce(), *words], cwd=forge.book.root, env=env, check=True, capture_output=True)
        assert forge.run("watch.py", SITE=site).returncode == 0
        text = tmp_path / "site/privacy/2026-01-15/en.md"
        text.write_text(text.read_text("utf-8").replace("12", "24"), "utf-8")
        ended = forge.run("watch.py", SITE=site)
        assert ended.returncode == 1
        assert "LIVE-digest" in ended.stdout


class TestOthers:
    """GitLab, pre-commit, and the files in the wheel."""

    def test_gitlab_jobs_run(self, forge: Forge) -> None:
        jobs = yaml.safe_load((ACTION / "gitlab-ci.yml").read_text("utf-8"))
        main = forge.book.git("rev-parse", "main").strip()
        forge.book.git("checkout", "-q", "-b", "change")
        forge.book.policy("privacy", kind="privacy", act="acknowledge").version(
            "2027-03-01", meta={"effective": "2027-06-01"}, en=SUMMARY + OLD.replace("12", "24") + "\nTODO\n"
        )
        script = "\n".join(jobs["policies"]["script"])
        env = forge.environment(CI_MERGE_REQUEST_DIFF_BASE_SHA=main, INFORCE_AT="2027-02-01")
        command = ["bash", "-eo", "pipefail", "-c", script]
        ended = subprocess.run(command, cwd=forge.book.root, env=env, capture_output=True, text=True, check=False)
        assert ended.returncode == 1, ended.stderr
        (finding,) = [
            item for item in yaml.safe_load((forge.book.root / "code-quality.json").read_text()) if "TODO" in str(item)
        ]
        assert finding["check_name"] == "TEXT-todo"
        assert "### Privacy 2027-03-01: new" in (forge.book.root / "review.md").read_text("utf-8")
        assert (forge.book.root / "preview/privacy/2027-03-01/index.html").is_file()

    def test_merge_request_gets_no_gitlab_secret(self) -> None:
        jobs = yaml.safe_load((ACTION / "gitlab-ci.yml").read_text("utf-8"))
        on_requests = [name for name, job in jobs.items() if "merge_request_event" in str(job)]
        assert on_requests == ["policies"]
        assert "KEY" not in str(jobs["policies"])

    def test_pre_commit_hooks_run(self, forge: Forge) -> None:
        hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
        assert [hook["id"] for hook in hooks] == ["inforce-check", "inforce-check-against-main"]
        assert all(hook["language"] == "system" and "additional_dependencies" not in hook for hook in hooks)
        for hook in hooks:
            words = hook["entry"].split()
            env = forge.environment()
            ended = subprocess.run(words, cwd=forge.book.root, env=env, capture_output=True, text=True, check=False)
            assert ended.returncode == 0, ended.stdout
            assert re.match(hook["files"], "policy_versions/privacy/2026-01-15/en.md")
            assert not re.match(hook["files"], "docs/index.md")

    def test_operator_guide_lists_every_workflow_and_hook(self) -> None:
        guide = (ROOT / "docs/operators/setup.md").read_text("utf-8")
        hooks = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))]
        assert [name for name in (*hooks, *(file.name for file in WORKFLOWS)) if f"`{name}`" not in guide] == []

    def test_every_file_is_documented(self) -> None:
        before = (ACTION / "README.md").read_text("utf-8")
        files = [file.relative_to(ACTION).as_posix() for file in ACTION.rglob("*") if file.is_file()]
        unexplained = [name for name in files if f"`{name}`" not in before and not name.endswith((".py", ".pyc"))]
        assert unexplained == ["README.md"]

    def test_absolute_paths_come_only_from_the_environment(self) -> None:
        assert not any(
            os.fspath(ROOT) in file.read_text("utf-8") for file in ACTION.rglob("*.*") if file.suffix != ".pyc"
        )
