"""The program of the page on telling users, as written, with a real ledger and a message of the sample book."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
from email import policy as email_policy
from pathlib import Path

import httpx2

from client.host import Host, serving
from client.receipts import receipt
from client.test_recipes import unexpiring, with_history
from ledger.running import running_ledger

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "ledger" / "notices.md"


def test_users_who_owe_an_answer_are_told_once(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (people,) = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    (command,) = re.findall(r"inforce (notice .*) > message.json", text)
    (tmp_path / "tell.py").write_text(program, "utf-8")
    (tmp_path / "people.csv").write_text(people, "utf-8")
    words = [sys.executable, "-m", "inforce.cli", *command.split(), "--repo", str(ROOT)]
    message = subprocess.run(words, capture_output=True, check=True).stdout
    (tmp_path / "message.json").write_bytes(message)
    with Host() as host:
        host.at["/policies.json"] = serving(unexpiring)
        with_history(host)
        with running_ledger(tmp_path, host.url) as ledger:
            environment = {
                **os.environ,
                "LEDGER": ledger.address,
                "LEDGER_KEY": ledger.key,
                "SENDER": "policies@shop.example",
                "no_proxy": "*",
            }
            headers = {"Authorization": f"Bearer {ledger.key}"}
            httpx2.post(f"{ledger.address}v1/receipts", json=receipt(subject="u_91b0"), headers=headers)

            def told() -> str:
                ended = subprocess.run(
                    [sys.executable, "tell.py", "terms", str(receipt()["seq"])],
                    cwd=tmp_path,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert ended.returncode == 0, ended.stderr
                return ended.stdout

            assert told() == "1 messages written\n"
            (file,) = (tmp_path / "outbox" / "new").iterdir()
            mail = email.message_from_bytes(file.read_bytes(), policy=email_policy.default)
            assert (mail["To"], mail["Subject"]) == ("mia@shop.example", json.loads(message)["subject"])
            assert [part.get_content_type() for part in mail.walk()] == [
                "multipart/alternative",
                "text/plain",
                "text/html",
            ]
            assert told() == "0 messages written\n"
