"""Commands about the audit log: check its chain."""

from typing import Any

import click
from flask.cli import with_appcontext


@click.group()
def audit() -> None:
    """The audit log: who did what."""


@audit.command()
@with_appcontext
def verify() -> None:
    """Follow the chain of the entries; exit code 1 and the first broken entry if it does not hold.

    Keep the digest that it prints somewhere else: a chain that was rewritten has another one.
    """
    from promosms.lib import time_slice
    from promosms.services.audit import chain as audit_chain
    from promosms.services.audit import nightly as audit_nightly

    place: dict[str, Any] = {}
    try:
        audit_chain.verify(place, time_slice.nobody)
    except audit_chain.Broken as broken:
        raise click.ClickException(audit_nightly.description(broken.entry)) from broken
    click.echo(f"The chain holds. Entries: {place['entries']}, the last: {place['digest'] or '-'}")
