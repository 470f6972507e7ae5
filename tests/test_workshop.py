"""The development environment works on any machine: make, locks, CI scripts, browser and workflows."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "tooling" / "locks").glob("*.txt"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, set[str]]:
    """Return the versions that a lock pins, by name of the distribution."""
    found: dict[str, set[str]] = {}
    for name, version in PINNED.findall((ROOT / "tooling" / "locks" / f"{lock}.txt").read_text("utf-8")):
        found.setdefault(name, set()).add(version)
    return found


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `command` with only the variables of `environment`."""
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def program(folder: Path, name: str, *lines: str) -> Path:
    """Write a shell script of `lines` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("\n".join(["#!/bin/sh", *lines]) + "\n", "utf-8")
    file.chmod(0o755)
    return file


def machine(folder: Path, *programs: str) -> str:
    """Return a PATH with only `programs` of this machine, in addition to the content of `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in programs:
        path = shutil.which(name)
        assert path, f"{name} is needed"
        (folder / name).symlink_to(path)
    return str(folder)


# The ways to start an interpreter: `python -m` in a script, `sys.executable, "-m"`, a list that begins with "-m".
STARTED = re.compile(r"""(?:(?<!`)python[\w.]*["')]*,? |executable, |words = \[|PIP := )"?-(?P<option>\w)""")
# Commands for users, in their own folder, and the version check, which must run in a Python without -P.
EXEMPT = ("python -m pip install", "-c 'import sys; sys.exit")


def test_every_interpreter_is_started_without_the_current_folder_on_its_path() -> None:
    """Without -P, a file such as random.py in the current folder is imported instead of the standard module."""
    tooling = ROOT / "tooling"
    files = [ROOT / "Makefile", *tooling.glob("action/**/*.yml"), *tooling.glob("inforce/**/*.py")]
    started = [
        (path.name, line.strip(), match["option"])
        for path in [*files, *tooling.glob("benchmarks/*.py")]
        for line in path.read_text("utf-8").splitlines()
        for match in STARTED.finditer(line)
        if not any(exempt in line for exempt in EXEMPT)
    ]
    assert len(started) > 20
    assert [(name, line) for name, line, option in started if option != "P"] == []


class TestMake:
    def test_every_public_make_target_has_a_description(self) -> None:
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        explained = run("make", "help", PATH=os.environ["PATH"]).stdout
        unexplained = [name for name in targets if f"make {name} " not in explained]
        assert unexplained == ["libraries"]

    def test_missing_python_of_the_required_version_is_reported(self, tmp_path: Path) -> None:
        shutil.copy(ROOT / "Makefile", tmp_path)
        for name in ("python", "python3"):
            program(tmp_path / "bin", name, "exit 1")
        process = run("make", ".venv/bin/python", cwd=tmp_path, PATH=machine(tmp_path / "bin", "make", "sh"))
        assert "No Python 3.11 or newer was found" in process.stderr
        assert process.returncode != 0

    def test_python_without_ensurepip_is_reported(self, tmp_path: Path) -> None:
        shutil.copy(ROOT / "Makefile", tmp_path)
        program(tmp_path / "bin", "python3", 'case "$*" in *ensurepip*) exit 1;; esac')
        process = run("make", ".venv/bin/python", cwd=tmp_path, PATH=machine(tmp_path / "bin", "make", "sh"))
        assert "python3 cannot create an environment: it lacks ensurepip" in process.stderr
        assert not (tmp_path / ".venv").exists()

    def test_first_suitable_python_creates_the_environment(self, tmp_path: Path) -> None:
        shutil.copy(ROOT / "Makefile", tmp_path)
        program(tmp_path / "bin", "python3", "exit 1")
        program(tmp_path / "bin", "python3.12", 'test "$1" = -c || echo "$@"')
        process = run("make", ".venv/bin/python", cwd=tmp_path, PATH=machine(tmp_path / "bin", "make", "sh"))
        assert process.stdout == "-P -m venv --clear .venv\n"


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
    def test_lock_contains_no_index(self, lock: Path) -> None:
        lines = lock.read_text("utf-8").splitlines()
        assert [line for line in lines if "://" in line or line.startswith("-")] == []

    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
    def test_every_pinned_package_has_a_hash(self, lock: Path) -> None:
        entries = re.split(r"\n(?=[a-z0-9])", lock.read_text("utf-8"))[1:]
        assert entries
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []

    @pytest.mark.parametrize("lock", ["client", "policies", "site", "properdocs"])
    def test_tested_versions_are_the_installed_ones(self, lock: str) -> None:
        tested = pins("test")
        assert {name: has for name, has in pins(lock).items() if has != tested.get(name, has)} == {}

    @pytest.mark.parametrize(
        ("lock", "wanted"),
        [
            pytest.param("client", PROJECT["project"]["dependencies"], id="client: the dependencies of a back end"),
            pytest.param(
                "site", PROJECT["project"]["optional-dependencies"]["site"], id="site: the dependencies of a site"
            ),
            pytest.param(
                "policies",
                [
                    *PROJECT["project"]["dependencies"],
                    *PROJECT["project"]["optional-dependencies"]["site"],
                    *PROJECT["project"]["optional-dependencies"]["docx"],
                ],
                id="policies: the dependencies of a repository of policies",
            ),
            pytest.param("site", PROJECT["dependency-groups"]["build"], id="site: the build back end"),
            pytest.param(
                "test",
                [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra],
                id="test: every extra",
            ),
            pytest.param(
                "test",
                [one for one in PROJECT["dependency-groups"]["dev"] if isinstance(one, str)],
                id="test: every tool",
            ),
        ],
    )
    def test_every_dependency_of_the_project_is_locked(self, lock: str, wanted: list[str]) -> None:
        names = {re.split(r"[<>=\[; ]", one)[0].lower() for one in wanted}
        assert names - set(pins(lock)) == set()

    def test_back_end_installation_contains_no_site_builder(self) -> None:
        assert {"mkdocs", "click", "gitpython", "sqlalchemy"}.isdisjoint(pins("client"))


class TestPackages:
    """`.ci/packages` installs the npm packages of the tests."""

    def test_lock_contains_a_digest_for_every_package_and_no_registry(self) -> None:
        text = (ROOT / "tooling" / "locks" / "frameworks" / "deno.lock").read_text("utf-8")
        packages = json.loads(text)["npm"]
        assert len(packages) > 40
        assert [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []
        assert "://" not in text

    def test_failed_download_is_reported_with_its_cause(self, tmp_path: Path) -> None:
        lines = [
            "error: Failed caching npm package 'vue@3.5.45'",
            "Caused by:",
            "    0: connection refused",
            "Stack backtrace:",
        ]
        deno = program(tmp_path, "deno", *(f'echo "{line}" >&2' for line in lines), "exit 1")
        path = machine(tmp_path / "bin", "sh", "mkdir", "cp", "sed", "head", "paste")
        folder = "tooling/locks/frameworks"
        ended = run(str(ROOT / ".ci" / "packages"), folder, str(tmp_path / "there"), str(deno), PATH=path)
        assert ended.returncode == 4
        problem, advice = ended.stderr.splitlines()
        cause = "Failed caching npm package 'vue@3.5.45' connection refused"
        assert problem == f"The npm packages of {folder} could not be installed: {cause}"
        assert "set NPM_CONFIG_REGISTRY or HTTPS_PROXY" in advice


class TestClosingLine:
    """`.ci/run` ends with a line with the number of passed tests, and keeps the exit code."""

    @pytest.mark.parametrize(
        ("recipe", "last", "code"),
        [
            pytest.param("@echo '..'; echo '3 passed in 0.12s'; echo bye", "3 passed in 0.12s", 0, id="all passed"),
            pytest.param(
                "@echo '1 failed, 3 passed in 61.00s (0:01:01)'; exit 1",
                "1 failed, 3 passed in 61.00s (0:01:01)",
                2,
                id="one failed",
            ),
            pytest.param("@echo 'no browser' >&2; exit 4", "No test ran.", 2, id="no test ran"),
        ],
    )
    def test_last_line_of_ci_output_is_machine_readable(
        self, tmp_path: Path, recipe: str, last: str, code: int
    ) -> None:
        (tmp_path / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
        (tmp_path / "Makefile").write_text(f"test:\n\t{recipe}\n", "utf-8")
        ended = run(str(tmp_path / ".ci" / "run"), cwd=tmp_path, PATH=os.environ["PATH"])
        assert (ended.stdout.splitlines()[-1], ended.returncode) == (last, code)


class TestBrowser:
    """`tests/browser/chromium.py` prints the path of a browser that starts."""

    SCRIPT = str(ROOT / "tests" / "browser" / "chromium.py")
    PAGE = "echo '<html></html>'"

    def test_configured_browser_is_preferred(self, tmp_path: Path) -> None:
        program(tmp_path / "bin", "chromium", self.PAGE)
        mine = program(tmp_path, "mine", self.PAGE)
        process = run(sys.executable, self.SCRIPT, PATH=str(tmp_path / "bin"), INFORCE_CHROMIUM=str(mine))
        assert process.stdout == f"{mine}\n"

    def test_missing_configured_browser_is_not_replaced(self, tmp_path: Path) -> None:
        program(tmp_path / "bin", "chromium", self.PAGE)
        process = run(sys.executable, self.SCRIPT, PATH=str(tmp_path / "bin"), INFORCE_CHROMIUM="elsewhere")
        assert (process.stdout, process.returncode) == ("", 4)
        assert "there is no such program" in process.stderr

    def test_browser_that_does_not_start_is_skipped(self, tmp_path: Path) -> None:
        program(tmp_path / "bin", "chromium", "exit 1")
        works = program(tmp_path / "bin", "google-chrome", self.PAGE)
        assert run(sys.executable, self.SCRIPT, PATH=str(tmp_path / "bin")).stdout == f"{works}\n"

    def test_failed_download_is_reported_in_one_line(self, tmp_path: Path) -> None:
        program(
            tmp_path / "bin", "apt-get", "echo 'Reading'; echo 'E: no network' >&2; echo '  at stack (trace)'; exit 1"
        )
        script = (
            "import sys; sys.path.insert(0, sys.argv[1]); import chromium, os; os.geteuid = lambda: 0\n"
            "chromium._on_this_machine = lambda: iter(())\n"
            "chromium._fetch_from_playwright = lambda: None\n"
            "sys.exit(chromium.main())"
        )
        path = machine(tmp_path / "bin", "sh")
        ended = run(sys.executable, "-c", script, str(ROOT / "tests" / "browser"), PATH=path)
        assert ended.returncode == 4
        assert ended.stderr.splitlines()[:2] == [
            "Installing the package “chromium-headless-shell” with apt-get, since this is root, for the browser tests.",
            "“apt-get update” failed: E: no network",
        ]
        assert "stack" not in ended.stderr


class TestLibraries:
    """`.ci/libraries` prints the packages it installs, and starts no service."""

    def install(self, tmp_path: Path, *lines: str) -> subprocess.CompletedProcess[str]:
        log = tmp_path / "log"
        policy = tmp_path / "policy-rc.d"
        program(tmp_path / "bin", "apt-get", f'echo "apt-get $*" >>{log}', *lines)
        program(tmp_path / "bin", "update-rc.d", f'echo "update-rc.d $*" >>{log}')
        path = machine(tmp_path / "bin", "sh", "mktemp", "rm", "mv", "dirname", "chmod", "grep", "head")
        return run(str(ROOT / ".ci" / "libraries"), "nginx-light", PATH=path, POLICY_RC_D=str(policy))

    def test_packages_are_printed_first_and_start_no_service(self, tmp_path: Path) -> None:
        policy = tmp_path / "policy-rc.d"
        ended = self.install(tmp_path, f'{policy}; echo "services: $?" >>{tmp_path}/log')
        assert ended.returncode == 0
        assert "Installing with apt-get as root: nginx-light." in ended.stderr
        log = (tmp_path / "log").read_text().splitlines()
        assert log[:4] == [
            "apt-get update",
            "services: 101",
            "apt-get install -y --no-install-recommends nginx-light",
            "services: 101",
        ]
        assert not policy.exists()

    def test_file_that_allows_services_is_replaced_and_then_restored(self, tmp_path: Path) -> None:
        policy = tmp_path / "policy-rc.d"
        program(tmp_path, policy.name, "exit 0")
        before = policy.read_text()
        self.install(tmp_path, f'{policy}; echo "services: $?" >>{tmp_path}/log', "exit 100")
        assert policy.read_text() == before
        assert "services: 101" in (tmp_path / "log").read_text()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "log", "policy-rc.d"]

    def test_file_left_by_a_killed_run_is_restored(self, tmp_path: Path) -> None:
        (tmp_path / "policy-rc.d").write_text("of the killed run")
        (tmp_path / "policy-rc.d.before-inforce").write_text("of the machine")
        assert self.install(tmp_path).returncode == 0
        assert (tmp_path / "policy-rc.d").read_text() == "of the machine"
        assert not (tmp_path / "policy-rc.d.before-inforce").exists()

    def test_missing_folder_is_reported_in_one_line(self, tmp_path: Path) -> None:
        path = machine(tmp_path / "bin", "sh", "mktemp", "rm", "mv", "dirname", "chmod", "grep", "head")
        ended = run(str(ROOT / ".ci" / "libraries"), "x", PATH=path, POLICY_RC_D=str(tmp_path / "none/policy-rc.d"))
        assert ended.returncode == 4
        assert ended.stderr.splitlines()[2:] == [
            f"{tmp_path}/none cannot be written, so services could start: run this as root."
        ]

    def test_failure_prints_one_line_and_leaves_no_files(self, tmp_path: Path) -> None:
        ended = self.install(tmp_path, "echo 'Err:1 x'; echo 'E: no network' >&2; echo 'E: more' >&2; exit 100")
        assert ended.returncode == 4
        assert ended.stderr.splitlines()[2:] == ["apt-get update failed: E: no network"]
        assert not (tmp_path / "policy-rc.d").exists()

    def test_link_to_a_missing_file_is_restored(self, tmp_path: Path) -> None:
        (tmp_path / "policy-rc.d").symlink_to("/nowhere")
        assert self.install(tmp_path).returncode == 0
        assert (tmp_path / "policy-rc.d").readlink() == Path("/nowhere")

    def test_make_installs_packages_only_with_this_script(self) -> None:
        assert "apt-get install -y" not in (ROOT / "Makefile").read_text("utf-8")


class TestGround:
    """Tests run in the same environment for every user and on every machine."""

    @pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0), ("example.org", 443)])
    def test_tests_cannot_connect_to_other_machines(self, address: tuple[str, int]) -> None:
        family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
        with socket.socket(family) as caller, pytest.raises(OSError, match="a test may not leave this machine"):
            caller.connect(address)

    def test_tests_can_connect_to_this_machine(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as caller:
            assert caller.getpeername() == server.getsockname()

    def test_git_ignores_machine_settings(self) -> None:
        settings = subprocess.run(["git", "config", "--global", "--list"], capture_output=True, text=True, check=False)
        assert settings.stdout == ""

    def test_scripts_use_the_same_node_version_everywhere(self) -> None:
        ran = subprocess.run(["node", "--print", "process.execPath"], capture_output=True, text=True, check=True)
        assert ran.stdout.strip().endswith("/playwright/driver/node")


class TestWorkflows:
    @pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
    def test_every_action_is_pinned_to_a_commit(self, workflow: Path) -> None:
        used = re.findall(r"uses: (\S+)(.*)", workflow.read_text("utf-8"))
        assert used
        foreign = [(one, tag) for one, tag in used if not one.startswith("./")]
        assert [one for one, tag in foreign if not re.search(r"@[0-9a-f]{40}$", one) or " # v" not in tag] == []

    @pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
    def test_every_permission_is_declared_by_a_job(self, workflow: Path) -> None:
        read = yaml.safe_load(workflow.read_text("utf-8"))
        assert read["permissions"] == {}
        writes = {name for job in read["jobs"].values() for name, to in job["permissions"].items() if to == "write"}
        assert writes <= ({"pages", "id-token"} if workflow.stem == "pages" else set())

    @pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
    def test_checkouts_do_not_persist_credentials(self, workflow: Path) -> None:
        jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values()
        checkouts = [step for job in jobs for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
        assert checkouts
        assert all(step["with"] == {"fetch-depth": 0, "persist-credentials": False} for step in checkouts)

    def test_every_supported_python_is_tested(self) -> None:
        promised = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
        jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))["jobs"]
        assert jobs["tests"]["strategy"]["matrix"]["python"] == promised
