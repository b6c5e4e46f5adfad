"""Commands about routes: make them from a file."""

from pathlib import Path

import click
from flask.cli import with_appcontext

ACTOR = "server"


@click.group("routes")
def routes() -> None:
    """Routes: what customers choose to send by."""


@routes.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_file(file: Path) -> None:
    """Make or change the routes that a file describes, such as docs/samples/routes.toml.

    What is as the file says stays; nothing is deleted.
    """
    from promosms.services.gateways import route_file
    from promosms.services.installation import defaults

    defaults.ensure_defaults()
    try:
        changed = route_file.apply(route_file.read(file.read_text("utf-8")), ACTOR)
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    for line in changed:
        click.echo(line)
    if not changed:
        click.echo("Everything is as the file says.")
