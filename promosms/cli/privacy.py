"""Commands about privacy: repeat erasures after a restore, check a certificate."""

from pathlib import Path

import click
from flask.cli import with_appcontext


@click.group()
def privacy() -> None:
    """Privacy: what has been deleted stays deleted."""


@privacy.command()
@with_appcontext
def reapply() -> None:
    """After a backup was restored: erase again whoever has left since it was made.

    `up` and `migrate` do so by themselves, and leave the rows to the workers; this waits for them.
    """
    from promosms.db import overwrite_files
    from promosms.services.privacy import erasure, reapply_erasures
    from promosms.services.privacy.erase_recipient import TABLES

    again = reapply_erasures.begin()
    for account_id in erasure.stale_erasures():
        try:
            while erasure.erase(account_id):
                pass
        except erasure.Unfinished as busy:
            raise click.ClickException(f"Not finished, {busy}: the workers go on.") from busy
    if again.persons and not overwrite_files.scrub(TABLES):
        raise click.ClickException("The database's files are in use: stop everything first.")
    click.echo(f"Accounts erased again: {again.accounts}, persons: {again.persons}.")
    if again.waiting:
        raise click.ClickException(f"Persons that a campaign or an import holds: {again.waiting}.")


@privacy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify(file: Path) -> None:
    """Check whether a certificate of deletion is genuine; exit code 1 if it is not."""
    from promosms.services.privacy import certificates

    try:
        said = certificates.read(file.read_bytes())
    except certificates.NotOurs as error:
        raise click.ClickException(
            "This is no certificate of this installation, or it was changed."
        ) from error
    click.echo(f"Genuine: account {said['account']}, gone {said['finished_at']}.")
    for name, number in said["erased"].items():
        click.echo(f"  {name:24} {number:>10,}")
    for each in said["kept"]:
        click.echo(f"  kept: {each['count']} x {each['kind']} until {each['until']}")
