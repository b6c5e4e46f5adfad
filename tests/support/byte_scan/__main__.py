"""`python -m tests.support.byte_scan`; exit code 1 if something is left, or nothing is proved."""

import click

from tests.support.byte_scan.run import Blind, run


@click.command()
@click.option("--database", default="", help="An empty PostgreSQL database instead of SQLite.")
@click.option("--recipients", default=50, show_default=True, help="Of each of the two accounts.")
def main(database: str, recipients: int) -> None:
    """Prove on a temporary installation that no byte of a deleted account is left."""
    try:
        left = run(database, recipients, click.echo)
    except Blind as error:
        raise click.ClickException(f"The scan proves nothing: {error}") from error
    if left:
        raise click.ClickException(f"Canaries that are still there: {left}.")
    click.echo("Nothing of the deleted account is left; the other account has lost nothing.")


main(prog_name="python -m tests.support.byte_scan")
