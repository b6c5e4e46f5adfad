"""Commands about privacy: reapply erasures after a restore, check a certificate."""

from pathlib import Path

import click
from flask.cli import with_appcontext


@click.group()
def privacy() -> None:
    """Privacy: what has been deleted stays deleted."""


@privacy.command()
@with_appcontext
def reapply() -> None:
    """After a restore of a backup: erase again what was erased since the backup.

    `up` and `migrate` do this too, but leave the rows to the workers; this command waits.
    """
    from promosms.db import overwrite_files
    from promosms.services.privacy import erasure, reapply_erasures
    from promosms.services.privacy.erase_recipient import TABLES

    reapplied = reapply_erasures.begin()
    for account_id in erasure.stale_erasures():
        try:
            while erasure.erase(account_id):
                pass
        except erasure.Unfinished as busy:
            raise click.ClickException(f"Not finished, {busy}: the workers go on.") from busy
    if reapplied.recipients and not overwrite_files.overwrite(TABLES):
        raise click.ClickException("The database's files are in use: stop everything first.")
    click.echo(f"Accounts erased again: {reapplied.accounts}, recipients: {reapplied.recipients}.")
    if reapplied.waiting:
        raise click.ClickException(
            f"Recipients that a campaign or an import holds: {reapplied.waiting}."
        )


@privacy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify(file: Path) -> None:
    """Check whether a certificate of deletion is genuine; exit code 1 if it is not."""
    from promosms.services.privacy import certificates

    try:
        content = certificates.read(file.read_bytes())
    except certificates.NotOurs as error:
        raise click.ClickException(
            "This is no certificate of this installation, or it was changed."
        ) from error
    click.echo(f"Genuine: account {content['account']}, gone {content['finished_at']}.")
    for name, number in content["erased"].items():
        click.echo(f"  {name:24} {number:>10,}")
    for documents in content["kept"]:
        click.echo(f"  kept: {documents['count']} x {documents['kind']} until {documents['until']}")
