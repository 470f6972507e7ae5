"""`inforce ledger import`: add acceptances that were kept elsewhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from inforce.cli.ledger_options import site_of, with_database, with_ledger, with_site
from inforce.client import Policies
from inforce.errors import ManifestError, counted
from inforce.ledger.group import Appended, LogDraft
from inforce.ledger.imports import FIELDS, ImportRow, Imports
from inforce.ledger.ledger import Ledger
from inforce.manifest import parse_json

_SHOWN: Final = 20
_PART: Final = 2_000
_CALLER: Final = "import"


def _pairs(_ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for name, mark, rest in pairs:
        if name not in FIELDS or not mark or not rest:
            message = f"expected FIELD=…, where FIELD is one of {', '.join(FIELDS)}, got “{name}{mark}{rest}”"
            raise click.BadParameter(message, param_hint=parameter.opts[0])
    return {name: rest for name, _, rest in pairs}


@click.command("import")
@click.argument("kind", metavar="FORMAT", type=click.Choice(["csv", "jsonl"]))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_database
@with_site
@click.option(
    "--column",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="FIELD=NAME",
    help="The column, or the field of a JSON object, that contains FIELD; repeat it for each one.  [default: FIELD]",
)
@click.option(
    "--value",
    "constants",
    multiple=True,
    callback=_pairs,
    metavar="FIELD=TEXT",
    help="The same FIELD for all rows, such as policy=terms; repeat it for each one.",
)
@click.option("--delimiter", default=",", show_default=True, metavar="CHARACTER", help="What separates cells of a CSV.")
def import_(
    kind: str,
    file: Path,
    database: str,
    keys: Path | None,
    site: str,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    delimiter: str,
    manifest_keys: tuple[Path, ...],
) -> None:
    """Add acceptances that were kept elsewhere, from a CSV file with a header, or from JSON Lines.

    All rows are checked first; if one is wrong, nothing is added. A row that was imported before is not added again.
    The fields are subject, policy, seq or version, and at; act, language and digest are optional.

    \b
    Example:
      inforce ledger import csv users.csv --database ledger.db --site https://policies.shop.example/ \\
        --column subject=user_id --column at=accepted_at --value policy=terms --value seq=1
    """
    if len(delimiter) != 1:
        raise click.BadParameter("expected one character", param_hint="--delimiter")
    address, trusted = site_of(site, manifest_keys)
    found, problems = _rows(kind, file, delimiter, columns, constants)

    async def add(ledger: Ledger) -> list[Appended]:
        imports = Imports(Policies(address, site=ledger.site, keys=trusted), datetime.now(UTC))
        drafts, wrong = imports.drafts(found)
        problems.extend(wrong)
        return [] if problems else [each async for each in _added(ledger, drafts)]

    added = with_ledger(database, keys, add)
    if problems:
        for problem in sorted(problems, key=_line)[:_SHOWN]:
            click.echo(f"{file}, {problem}", err=True)
        click.echo(f"Nothing was imported: {counted(len(problems), 'row is', 'rows are')} wrong.", err=True)
        raise SystemExit(1)
    new = sum(each.is_new for each in added)
    click.echo(
        f"Imported {counted(new, 'acceptance', 'acceptances')}; {len(added) - new:,} were in the ledger already."
    )


async def _added(ledger: Ledger, drafts: Sequence[LogDraft]) -> Any:
    for start in range(0, len(drafts), _PART):
        for each in await ledger.append_once(drafts[start : start + _PART], _CALLER):
            yield each


def _line(problem: str) -> int:
    return int(problem.split(":")[0].removeprefix("line "))


def _rows(
    kind: str, file: Path, delimiter: str, columns: Mapping[str, str], constants: Mapping[str, str]
) -> tuple[list[ImportRow], list[str]]:
    """Return the rows of `file`, and a message for each line that cannot be read."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = content.count(b"\n", 0, cause.start) + 1
        return [], [f"line {line}: expected UTF-8; save the file in this encoding"]
    lines = _csv(text, delimiter, columns) if kind == "csv" else _jsonl(text)
    rows: list[ImportRow] = []
    problems: list[str] = []
    for line, values in lines:
        if isinstance(values, str):
            problems.append(f"line {line}: {values}")
            continue
        named = {field: values.get(columns.get(field, field), "").strip() for field in FIELDS}
        rows.append(ImportRow(line, {**named, **constants}))
    return rows, problems


def _csv(text: str, delimiter: str, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str] | str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        header = next(reader, [])
        missing = [name for name in columns.values() if name not in header]
        if missing or len(set(header)) != len(header):
            problem = f"the header has no column “{missing[0]}”" if missing else "the header has a column twice"
            yield 1, f"{problem}; it has {', '.join(header)}"
            return
        start = reader.line_num + 1
        for cells in reader:
            if cells:
                yield (
                    start,
                    dict(zip(header, cells, strict=True))
                    if len(cells) == len(header)
                    else (f"expected {len(header)} cells as in the header, got {len(cells)}"),
                )
            start = reader.line_num + 1
    except csv.Error as cause:
        yield start, f"is not CSV: {cause}"


def _jsonl(text: str) -> Iterator[tuple[int, dict[str, str] | str]]:
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            value = parse_json(content.encode())
        except ManifestError as wrong:
            yield line, str(wrong)
            continue
        if not isinstance(value, dict):
            yield line, f"expected an object, got {type(value).__name__}"
            continue
        yield line, {name: each if isinstance(each, str) else json.dumps(each) for name, each in value.items() if each}
