"""Run nginx with the documented configuration and check its responses.

nginx must be installed: on Debian and Ubuntu, `apt-get install nginx-light`.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from book_builder import instant
from client.published_site import NOW, Published
from inforce.manifest import parse_manifest

HOSTING = Path(__file__).parent.parent.parent / "docs" / "operators" / "hosting.md"
AROUND = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {recipe}
}}
"""
TEXT = "terms/2026-01-15/en.md"


def recipe(port: int, root: Path) -> str:
    """Return the documented configuration with another port and folder."""
    (text,) = re.findall(r"```nginx\n(.*?)```", HOSTING.read_text("utf-8"), re.DOTALL)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace("root /srv/policies;", f"root {root};")
    assert str(port) in text
    assert str(root) in text
    return str(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def nginx() -> str:
    """Return the path of nginx; on Debian it is outside the PATH of normal users."""
    path = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert path, "nginx is not there: apt-get install nginx-light"
    return path


@dataclass
class Served:
    """The site `published`, served by nginx at `url`."""

    published: Published
    url: str

    def get(self, address: str, **headers: str) -> httpx2.Response:
        named = {"accept-encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx2.get(self.url + address, headers=named, trust_env=False)


@pytest.fixture
def served(site: Published, tmp_path: Path) -> Iterator[Served]:
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    (site.folder / "404.html").write_text("<!doctype html><title>Nothing here</title>")
    user = "user root;" if os.geteuid() == 0 else ""
    text = AROUND.format(user=user, folder=folder, recipe=recipe(port, site.folder))
    (folder / "nginx.conf").write_text(text, "utf-8")
    process = subprocess.Popen([nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_for(port, process, folder / "error.log")
        yield Served(site, f"http://127.0.0.1:{port}/")
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server listens at `port`."""
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.02)
    raise AssertionError(log.read_text("utf-8"))


def test_site_served_with_the_configuration_has_no_findings(served: Served) -> None:
    assert served.published.verify(served.url).findings == ()


HEADERS: list[tuple[str, str, Mapping[str, str | None]]] = [
    (
        "the manifest is JSON, fresh within minutes, for everybody",
        "policies.json",
        {
            "content-type": "application/json; charset=utf-8",
            "cache-control": "max-age=600, stale-while-revalidate=3600, stale-if-error=604800",
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "Date, Retry-After",
        },
    ),
    (
        "a text is Markdown, cached permanently, for every origin",
        TEXT,
        {
            "content-type": "text/markdown; charset=utf-8",
            "cache-control": "max-age=31536000, immutable",
            "access-control-allow-origin": "*",
        },
    ),
    (
        "a feed says what it is",
        "terms/feed.xml",
        {"content-type": "application/atom+xml; charset=utf-8", "cache-control": "max-age=3600"},
    ),
    (
        "the page of a version is not cached permanently, because its neighbours change",
        "terms/2026-01-15/",
        {
            "content-type": "text/html; charset=utf-8",
            "cache-control": "max-age=600",
            "access-control-allow-origin": None,
        },
    ),
    ("neither is it by its file's name", "terms/2026-01-15/index.html", {"cache-control": "max-age=600"}),
    ("the list of versions is fresh", "terms/versions.json", {"cache-control": "max-age=600"}),
    (
        "an unpublished address is not cached, and never permanently",
        "terms/2026-01-15/fr.md",
        {"cache-control": None, "access-control-allow-origin": None, "content-type": "text/html; charset=utf-8"},
    ),
]


@pytest.mark.parametrize(
    ("address", "expected"), [pytest.param(address, headers, id=name) for name, address, headers in HEADERS]
)
def test_response_has_the_documented_headers(served: Served, address: str, expected: Mapping[str, str | None]) -> None:
    response = served.get(address)

    assert {name: response.headers.get(name) for name in expected} == expected
    assert response.status_code == (404 if address.endswith("fr.md") else 200)


class TestComparing:
    def test_conditional_request_returns_304(self, served: Served) -> None:
        first = served.get("policies.json")

        again = served.get("policies.json", if_none_match=first.headers["etag"])

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"]

    def test_changed_manifest_of_the_same_length_is_sent(self, served: Served) -> None:
        first = served.get("policies.json")
        served.published.publish(instant("2026-09-21"))

        second = served.get("policies.json", if_none_match=first.headers["etag"])

        assert len(second.content) == len(first.content)
        assert second.status_code == 200
        assert parse_manifest(second.content).serial > parse_manifest(first.content).serial

    def test_without_the_issue_time_as_modification_time_the_change_is_missed(self, served: Served) -> None:
        first = served.get("policies.json")
        served.published.publish(instant("2026-09-21"))
        os.utime(served.published.folder / "policies.json", (NOW.timestamp(), NOW.timestamp()))

        assert served.get("policies.json", if_none_match=first.headers["etag"]).status_code == 304

    def test_compressed_copy_is_sent_to_clients_that_accept_it(self, served: Served) -> None:
        plain = (served.published.folder / "policies.json").read_bytes()
        served.published.write("policies.json.gz", gzip.compress(plain, mtime=0), NOW)

        response = served.get("policies.json", accept_encoding="gzip")

        assert response.headers["content-encoding"] == "gzip"
        assert int(response.headers["content-length"]) < len(plain)
        assert response.content == plain
        assert served.get("policies.json").headers.get("content-encoding") is None


def test_folder_without_a_slash_is_redirected_within_the_site(served: Served) -> None:
    response = served.get("terms")

    assert (response.status_code, response.headers["location"]) == (301, "/terms/")
