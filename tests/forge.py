"""A local forge: a bare repository to push to, and a server that imitates GitHub's API and records each call.

>>> forge = Forge(tmp_path)                                              # doctest: +SKIP
>>> forge.run("propose.py", "new", POLICY="privacy", …)                   # doctest: +SKIP
>>> forge.calls[-1].body["draft"], forge.remote("branch", "--list")       # doctest: +SKIP
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

import copies
from book_builder import GIT_ENV, BookBuilder

ACTION = Path(__file__).parents[1] / "tooling" / "action"
REPOSITORY = "shop/policies"
TOKEN = "s3cret-token"  # noqa: S105 # must not appear in any output
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True)
class Call:
    """An API call: its method, its path below the repository, and the request body."""

    method: str
    path: str
    body: Any
    token: str


@dataclass
class Service:
    """The state of the server: pull requests by number, and comments; each of `refusals` is returned once, first."""

    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def answer(self, call: Call) -> tuple[int, Any]:
        """Return the response to `call` as GitHub would, for the endpoints that the scripts use."""
        self.calls.append(call)
        if call.method != "GET" and self.refusals:
            code, words = self.refusals.pop(0)
            return code, {"message": words}
        address = urlsplit(call.path)
        query = parse_qs(address.query)
        if match := re.fullmatch(r"pulls/(\d+)", address.path):
            return (200, self.pulls[int(match[1])]) if int(match[1]) in self.pulls else (404, {"message": "Not Found"})
        if call.method == "POST" and address.path == "pulls":
            return 201, self.opened(call.body)
        if address.path == "pulls":
            head = query["head"][0].partition(":")[2]
            return 200, [
                pull for pull in self.pulls.values() if pull["head"]["ref"] == head and pull["state"] == "open"
            ]
        if re.fullmatch(r"issues/\d+/comments", address.path):
            return self.commented(call, int(query.get("page", ["1"])[0]), int(query.get("per_page", ["30"])[0]))
        if match := re.fullmatch(r"issues/comments/(\d+)", address.path):
            self.comments[int(match[1])]["body"] = call.body["body"]
            return 200, self.comments[int(match[1])]
        if re.fullmatch(r"actions/workflows/[\w.-]+/(?:enable|dispatches)", address.path):
            return 204, None
        return 404, {"message": "Not Found"}

    def opened(self, body: dict[str, Any]) -> dict[str, Any]:
        """Open a pull request."""
        number = len(self.pulls) + 1
        self.pulls[number] = {**body, "number": number, "state": "open", "head": {"ref": body["head"], "sha": ""}}
        return {"number": number, "html_url": f"https://github.example/{REPOSITORY}/pull/{number}"}

    def commented(self, call: Call, page: int, size: int) -> tuple[int, Any]:
        """Return the list of comments, or add a comment by a bot."""
        if call.method == "GET":
            return 200, self.comments[(page - 1) * size : page * size]
        self.comments.append({"id": len(self.comments), "user": {"type": "Bot"}, "body": call.body["body"]})
        return 201, self.comments[-1]


class Forge:
    """A bare repository, a clone of it with a book, and the service at the URL `api`."""

    def __init__(self, folder: Path, api: str, service: Service) -> None:
        self.folder, self.api, self.service = folder, api, service
        self.bare = folder / "policies.git"
        self.book = BookBuilder(folder / "policies")
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.bare)], check=True)

    def begin(self) -> None:
        """Commit the book to the branch `main` and push it."""
        self.book.commit("the book")
        self.book.git("remote", "add", "origin", str(self.bare))
        self.book.git("push", "-q", "--set-upstream", "origin", "main")

    def clone(self, name: str, branch: str = "main") -> BookBuilder:
        """Return a new clone of the bare repository at `branch`, as in a workflow's checkout."""
        target = self.folder / name
        subprocess.run(["git", "clone", "-q", "--branch", branch, str(self.bare), str(target)], check=True)
        clone = object.__new__(BookBuilder)
        clone.root = target
        return clone

    def remote(self, *words: str) -> str:
        """Run git in the bare repository and return its output."""
        process = subprocess.run(["git", "-C", str(self.bare), *words], capture_output=True, text=True, check=True)
        return process.stdout

    def environment(self, **given: str) -> dict[str, str]:
        """Return the environment of a workflow, updated with `given`."""
        return {
            "PATH": os.pathsep.join(
                (*map(str, (Path(copies.inforce()).parent, Path(sys.executable).parent)), os.environ["PATH"])
            ),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            **_shared_cache(),
            "PYTHONDONTWRITEBYTECODE": "1",
            **{name: value for name, value in GIT_ENV.items() if "CONFIG" in name},
            "GITHUB_API_URL": self.api,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
            **given,
        }

    def run(self, script: str, *words: str, cwd: Path | None = None, **given: str) -> subprocess.CompletedProcess[str]:
        """Run `script` of `tooling/action/` as a workflow does, in the clone or in `cwd`."""
        command = [sys.executable, str(ACTION / script), *words]
        return self._run(command, cwd or self.book.root, self.environment(**given))

    def step(
        self, step: dict[str, Any], values: dict[str, str], cwd: Path, **given: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the `run` script of a `step`, with its expressions replaced by `values`."""
        env = {name: EXPRESSION.sub(lambda match: values[match[1]], str(text)) for name, text in step["env"].items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return self._run(command, cwd, self.environment(GITHUB_ACTION_PATH=str(ACTION), **{**given, **env}))

    @staticmethod
    def _run(command: list[str], cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def _shared_cache() -> dict[str, str]:
    """Return the variables for one cache of all tests: MkDocs runs once for each configuration."""
    folder = os.environ.get("XDG_CACHE_HOME")
    return {"XDG_CACHE_HOME": folder, "INFORCE_CACHE": f"{folder}/forges"} if folder else {}


def steps(file: str) -> list[dict[str, Any]]:
    """Return the steps of the action or workflow `file` that run a script, except pip."""
    read = yaml.safe_load((ACTION / file).read_text("utf-8"))
    jobs = read["jobs"].values() if "jobs" in read else [read["runs"]]
    selected = [step for job in jobs for step in job["steps"] if "run" in step and "pip install" not in step["run"]]
    return [{"env": {}, **step} for step in selected]


@contextmanager
def forge_in(folder: Path) -> Iterator[Forge]:
    """Run a forge in `folder` until the end of the block."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def handle_call(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            path = self.path.removeprefix(f"/repos/{REPOSITORY}/")
            token = str(self.headers.get("Authorization", ""))
            body = json.loads(raw) if raw else None
            code, answer = service.answer(Call(method=self.command, path=path, body=body, token=token))
            sent = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_PUT = handle_call  # noqa: N815 # names required by BaseHTTPRequestHandler

        def log_message(self, *_words: object) -> None:
            """Suppress the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Forge(folder, f"http://127.0.0.1:{server.server_address[1]}", service)
        server.shutdown()
        thread.join()
