"""Commands of the operator: `python -m promosms …`, or `scripts/run …`."""

import click
from flask.cli import with_appcontext
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from promosms.cli.audit import audit
from promosms.cli.gateways import gateway
from promosms.cli.ledger import ledger
from promosms.cli.privacy import privacy
from promosms.cli.users import reset_totp
from promosms.db import row_security
from promosms.settings import production_checks, settings, sources
from promosms.settings.conversion import as_text

SECRET = ("PASSWORD", "KEY", "SECRET", "URL")


@click.command()
@click.option("--host", default="localhost", show_default=True, help="Address to listen on.")
@click.option("--port", default=8443, show_default=True, help="Port for HTTPS.")
@click.option("--http-port", default=8080, show_default=True, help="Port that redirects; 0: none.")
@click.option("--demo", is_flag=True, help="Also make an account with recipients and campaigns.")
def up(host: str, port: int, http_port: int, demo: bool) -> None:
    """Start everything on this machine and keep it running."""
    from promosms.supervisor import run as supervisor
    from promosms.supervisor.checks import StartError

    try:
        supervisor.up(supervisor.Options(host, port, http_port, demo))
    except StartError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("name")
def worker(name: str) -> None:
    """Run a worker: work, receive, mail, gateway-1; gateway-1/2 for its second connection."""
    from promosms import create_app
    from promosms.jobs.worker import run

    run(create_app(pages=False), name)


@click.command()
def tick() -> None:
    """Every few seconds: sweep, ring the bells, start what is due."""
    from promosms import create_app
    from promosms.jobs.tick import run

    run(create_app(pages=False))


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database up to this version; do it before the web and the workers start."""
    from promosms.supervisor.checks import StartError
    from promosms.supervisor.run import prepare

    try:
        prepare()
    except StartError as error:
        raise click.ClickException(str(error)) from error
    if line := row_security.note():
        click.echo(f"Note: {line}")


@click.command()
@with_appcontext
def demo() -> None:
    """Make the demo account with recipients and campaigns, once."""
    from promosms.supervisor.run import seed

    seed()


@click.command()
@click.option("--another", is_flag=True, help="Although there is an admin already.")
@with_appcontext
def invite_admin(another: bool) -> None:
    """Print a link with which one person becomes an admin of this installation."""
    from promosms.services.auth.invitations import invite_admin

    click.echo(invite_admin(another) or "There is an admin already. One more: --another")


@click.command()
@with_appcontext
def config_check() -> None:
    """Show the settings, and whether the database and Redis answer."""
    from promosms import queue
    from promosms.extensions import db

    for line in production_checks.warnings(settings):
        click.echo(f"Note: {line}")
    for name in sources.KINDS:
        value = getattr(settings, name.lower())
        hidden = value and any(word in name for word in SECRET) and name != "PUBLIC_URL"
        click.echo(f"{name:27} {'(set)' if hidden else as_text(value)}")
    try:
        db.session.execute(text("SELECT 1"))
        queue.connection().ping()
    except (SQLAlchemyError, RedisError) as error:
        where = "Redis" if isinstance(error, RedisError) else "The database"
        raise click.ClickException(f"{where} does not answer.") from error
    click.echo(f"The database ({db.engine.dialect.name}) and Redis answer.")
    if line := row_security.note():
        click.echo(f"Note: {line}")
    click.echo(_who_sells())


def _who_sells() -> str:
    from promosms.services.invoices import seller

    sold, absent = seller.seller(), ", ".join(seller.missing())
    if sold is None:
        return f"Nothing is sold: to change that, set {absent}."
    if sold.specimen:
        return f"A specimen sells, for trials only. To sell yourself, set {absent}."
    cards = "bank transfer and card" if settings.stripe_secret_key else "bank transfer"
    return f"{sold.name} ({sold.tax_id}) sells, VAT {sold.rate / 100:g} %, by {cards}."


COMMANDS = (
    up,
    worker,
    tick,
    migrate,
    demo,
    invite_admin,
    reset_totp,
    config_check,
    gateway,
    audit,
    ledger,
    privacy,
)
