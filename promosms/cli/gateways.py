"""Commands about gateways: connect one, list them."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext

ACTOR = "command line"
LONGEST_NAME = 40
OPTIONS = ("connections", "country", "rate", "window")
# The same limits as on the page of a gateway.
RATE = click.IntRange(1, 10_000)
WINDOW = click.IntRange(1, 1_000)
CONNECTIONS = click.IntRange(1, 20)


@click.group()
def gateway() -> None:
    """Gateways: the connections by which texts leave."""


@gateway.command()
@click.argument("name")
@click.argument("kind")
@click.argument("settings", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--rate", type=RATE, help="Parts per second; 30 unless given.")
@click.option("--window", type=WINDOW, help="Texts under way at a time; 10 unless given.")
@click.option(
    "--connections",
    type=CONNECTIONS,
    default=1,
    show_default=True,
    help="Connections, a worker each.",
)
@click.option("--country", default="", help="Of numbers that come without a country code: PL.")
@with_appcontext
def add(
    name: str,
    kind: str,
    settings: Sequence[str],
    rate: int | None,
    window: int | None,
    connections: int,
    country: str,
) -> None:
    """Connect a gateway; it goes to the end of the default route.

    The rate is shared by its connections, the window is that of each.

    KEY=@FILE reads a value from a file, so that a secret does not stay in the history.
    """
    from promosms.gateways import KINDS
    from promosms.lib import nearest
    from promosms.services.gateways import countries, gateways
    from promosms.services.installation import defaults

    kinds = sorted(set(KINDS) - {"simulator"})
    if kind not in kinds:
        hint = nearest.hint(kind, kinds)
        raise click.BadParameter(f"one of {', '.join(kinds)}{hint}", param_hint="KIND")
    if not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise click.UsageError(f"A name needs 1 to {LONGEST_NAME} characters, in one line.")
    pairs = dict(_pair(text, number) for number, text in enumerate(settings, 1))
    _checked(country)
    try:
        KINDS[kind](pairs)
    except (ValueError, LookupError) as error:
        raise click.ClickException(f"{kind}: {error}") from error
    given = {"rate": rate, "window": window}
    speed = {name: value for name, value in given.items() if value is not None}
    defaults.ensure_defaults()
    first = defaults.simulator_only()
    try:
        gateway_id = gateways.add(name, kind, pairs, ACTOR, connections=connections, **speed).id
    except gateways.NameTaken as error:
        raise click.ClickException("There is a gateway of that name: choose another.") from error
    countries.choose(name, country, ACTOR)
    _show(gateway_id)
    if first:
        click.echo("The simulator is paused: from now on nothing goes to the simulated network.")
    click.echo("It works as soon as its worker runs: start PromoSMS again.")


@gateway.command("country")
@click.argument("name")
@click.argument("code", default="")
@with_appcontext
def set_country(name: str, code: str) -> None:
    """Set the country of numbers that come without a country code, such as PL.

    Without CODE it is that of the installation: OPERATOR_COUNTRY, else the first of
    REGISTRATION_COUNTRIES.
    """
    from promosms.lib import nearest
    from promosms.services.gateways import countries, gateways

    _checked(code)
    if not countries.choose(name, code, ACTOR):
        hint = nearest.hint(name, [row.name for row in gateways.everything()])
        line = f"There is no gateway of that name{hint or ': gateway list shows all.'}"
        raise click.ClickException(line)
    row = gateways.find(name)
    if row is not None:
        _show(row.id)
    click.echo("A connection over SMPP has it as soon as PromoSMS is started again.")


@gateway.command("list")
@with_appcontext
def list_gateways() -> None:
    """Show the gateways and their addresses for receipts and replies."""
    from promosms.services.gateways import gateways

    for row in gateways.everything():
        _show(row.id)


@click.command()
@with_appcontext
def phone_link() -> None:
    """Print the link that opens the simulated phone in a browser of this machine."""
    from promosms.services.gateways import simulated_phone

    if not simulated_phone.available():
        raise click.ClickException("There is no simulated phone: texts leave by a real gateway.")
    click.echo(simulated_phone.link())


def _show(gateway_id: int) -> None:
    from promosms.extensions import db
    from promosms.models import Gateway
    from promosms.services.gateways import countries, credentials, speed, webhooks, workers

    row = db.session.get_one(Gateway, gateway_id)
    slow = speed.per_hour(row)
    rate = f"{slow} parts per hour" if slow else f"{row.rate} parts per second"
    click.echo(
        f"{row.name}: {row.kind}, {row.status}, {rate},"
        f" worker {', '.join(workers.names_of(row))}, country {row.country or countries.default()}"
    )
    if not workers.works(row):
        click.echo("  sends nothing in production")
    try:
        for topic, address in webhooks.addresses(row).items():
            click.echo(f"  {topic:8} {address}")
    except credentials.KeyChanged as problem:
        click.echo(f"  {problem}")


def _checked(country: str) -> None:
    from promosms.services.gateways import countries

    try:
        countries.checked(country)
    except countries.UnknownCountry as error:
        raise click.UsageError("A country is two letters, such as PL.") from error


def _pair(text: str, number: int) -> tuple[str, str]:
    """A setting as typed, or from the named file. What was typed is not shown: it may be a key."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"Setting {number} after KIND is not of the form KEY=VALUE.")
    if name in OPTIONS:
        raise click.UsageError(f"{name} is an option: write --{name} and its value.")
    if not value.startswith("@"):
        return name, value
    try:
        return name, Path(value[1:]).read_text().strip()
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{name}: the file {value[1:]} cannot be read.") from error
