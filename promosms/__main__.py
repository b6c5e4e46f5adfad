"""`python -m promosms`: the commands, and those of Flask-Migrate under `db`."""

import sys
from types import TracebackType

import click
from flask import Flask
from flask.cli import FlaskGroup

from promosms import cli, create_app, logs
from promosms.db import migrations
from promosms.settings import ConfigError

log = logs.get("promosms.command")


def main() -> None:
    """Run a command; what the operator can mend is one line, without a traceback."""
    group = FlaskGroup(
        name="promosms",
        help="PromoSMS: a small business texts its own customers.",
        create_app=_application,
        add_default_commands=False,
        load_dotenv=False,
    )
    if not sys.stderr.isatty():
        sys.excepthook = _log
    for command in cli.COMMANDS:
        group.add_command(command)
    try:
        group(prog_name="promosms")
    except ConfigError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


def _application() -> Flask:
    app = create_app()
    migrations.init_app(app)
    return app


def _log(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # A traceback may quote numbers and texts, and standard error is kept in a file.
    log.critical("command.failed", exc_info=(kind, error, trace))


if __name__ == "__main__":
    main()
