"""A timestamp authority (RFC 3161) on this machine: “openssl ts” behind a small HTTP server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_CONFIGURATION = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
{certificates}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_alg = sha256
"""
_EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*words: str | Path) -> bytes:
    """Run openssl and return what it prints."""
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=True).stdout


def new_authority(folder: Path) -> None:
    """Create the root certificate ca.pem, the certificate of the authority, and its configurations in `folder`."""
    openssl("req", "-x509", *_EC, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-subj", "/CN=Root")
    openssl("req", *_EC, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=Authority")
    (folder / "usage").write_text("extendedKeyUsage = critical, timeStamping\nkeyUsage = critical, digitalSignature\n")
    issuer = ["-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial", "-extfile", folder / "usage"]
    openssl("x509", "-req", "-in", folder / "tsa.csr", *issuer, "-out", folder / "tsa.pem")
    (folder / "serial").write_text("01")
    kinds = {"plain": ("", "sha256"), "chain": (f"certs = {folder}/ca.pem", "sha256"), "refusing": ("", "sha512")}
    for name, (certificates, digests) in kinds.items():
        text = _CONFIGURATION.format(folder=folder, certificates=certificates, digests=digests)
        (folder / f"{name}.cnf").write_text(text)


def stamp_query(folder: Path, name: str) -> None:
    """Write last.tsr, the answer to the last query under the configuration `name`."""
    files = ["-queryfile", folder / "query.tsq", "-out", folder / "last.tsr"]
    openssl("ts", "-reply", *files, "-config", folder / f"{name}.cnf")


@contextmanager
def answering(folder: Path) -> Iterator[str]:
    """Yield the address of the authority in `folder`; its paths are the names of its configurations."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            query = folder / "query.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            name = self.path.strip("/")
            if (folder / f"{name}.cnf").exists():
                stamp_query(folder, name)
            answer = (folder / "last.tsr").read_bytes() if name != "page" else b"<html>"
            self.send_response(404 if name == "missing" else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
