"""Commands about the installation: migrate, make the demo account, check the settings."""

import click
from flask.cli import with_appcontext
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from promosms.db import failures, row_security
from promosms.settings import production_checks, settings, sources
from promosms.settings.conversion import as_text

SECRET = ("PASSWORD", "KEY", "SECRET", "URL")


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database up to this version; do it before the web and the workers start."""
    from promosms.services.installation import defaults
    from promosms.supervisor.checks import StartError
    from promosms.supervisor.run import prepare

    try:
        prepare()
    except StartError as error:
        raise click.ClickException(str(error)) from error
    for line in (row_security.warning(), defaults.no_gateway_warning()):
        if line:
            click.echo(f"Note: {line}")


@click.command()
@with_appcontext
def demo() -> None:
    """Make the demo account with recipients and campaigns, once; not in production."""
    from promosms.supervisor.checks import StartError
    from promosms.supervisor.run import seed

    try:
        seed()
    except StartError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@with_appcontext
def config_check() -> None:
    """Show the settings, and whether the database and Redis answer."""
    from promosms import queue
    from promosms.extensions import db
    from promosms.services.installation import defaults

    for line in production_checks.warnings(settings):
        click.echo(f"Note: {line}")
    for name in sources.KINDS:
        value = getattr(settings, name.lower())
        hidden = value and any(word in name for word in SECRET) and name != "PUBLIC_URL"
        click.echo(f"{name:27} {'(set)' if hidden else as_text(value)}")
    try:
        db.session.execute(text("SELECT 1"))
        queue.connection().ping()
    except DBAPIError as error:
        line = failures.line_of(error) or "The database does not answer."
        raise click.ClickException(line) from error
    except RedisError as error:
        raise click.ClickException("Redis does not answer. Check REDIS_URL.") from error
    click.echo(f"The database ({db.engine.dialect.name}) and Redis answer.")
    if line := row_security.warning():
        click.echo(f"Note: {line}")
    if line := defaults.no_gateway_warning():
        click.echo(f"Note: {line}")
    click.echo(_controller())
    click.echo(_seller())


def _controller() -> str:
    if line := production_checks.controller_missing(settings):
        return f"Note: {line}; production refuses to start."
    return f"The privacy page names {settings.operator_name} ({settings.operator_email})."


def _seller() -> str:
    from promosms.services.invoices import seller

    sold_by, missing = seller.seller(), ", ".join(seller.missing())
    if sold_by is None:
        return f"Nothing is sold: to change that, set {missing}."
    if sold_by.specimen:
        return f"A specimen sells, for trials only. To sell yourself, set {missing}."
    cards = "bank transfer and card" if settings.stripe_secret_key else "bank transfer"
    return f"{sold_by.name} ({sold_by.tax_id}) sells, VAT {sold_by.rate / 100:g} %, by {cards}."
