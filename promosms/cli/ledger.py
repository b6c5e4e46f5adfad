"""Commands about the ledger: check that it adds up."""

import click
from flask.cli import with_appcontext


@click.group()
def ledger() -> None:
    """The ledger: every movement of money."""


@ledger.command()
@with_appcontext
def audit() -> None:
    """Prove that all balances follow from the entries; exit code 1 if something does not."""
    from promosms.services.ledger import audit as ledger_audit

    number = 0
    for finding in ledger_audit.findings():
        click.echo(ledger_audit.sentence(finding))
        number += 1
    if number:
        raise click.ClickException(f"Figures that should be the same and are not: {number}.")
    click.echo("The books add up.")
