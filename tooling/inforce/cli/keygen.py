"""`inforce keygen`: create a key for signing manifests."""

from __future__ import annotations

from pathlib import Path

import click

from inforce.cli.console import Screen
from inforce.signing import Algorithm, generate_key, write_private_key


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The new file for the private key, readable only by its owner; an existing file is never overwritten.",
)
@click.option(
    "--algorithm",
    type=click.Choice([str(algorithm) for algorithm in Algorithm]),
    default=str(Algorithm.ED25519),
    show_default=True,
    help="The signature algorithm; ES256 is for platforms without Ed25519.",
)
def command(out: Path, algorithm: str) -> None:
    """Create a key for signing manifests.

    Writes the private key as a JWK and prints the lines with its public key for book.yml.

    \b
    Example:
      inforce keygen --out ~/inforce-key.json
    """
    key = generate_key(Algorithm(algorithm))
    write_private_key(out, key)
    Screen(errors=True).say(f"Wrote the private key to {out}. Keep it out of git. Add these lines to book.yml:")
    fields = ", ".join(f"{name}: {value}" for name, value in key.public.to_jwk().items())
    click.echo(f"signing:\n  - kid: {key.public.kid}\n    public: {{{fields}}}")
