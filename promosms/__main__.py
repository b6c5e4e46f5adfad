"""`python -m promosms`: the commands, and those of Flask-Migrate under `db`."""

import sys
from types import TracebackType

import click
from flask import Flask
from flask.cli import ScriptInfo

from promosms import cli, create_app, logs
from promosms.cli import errors
from promosms.db import migrations

log = logs.get("promosms.command")
MIGRATIONS = "db"


class Commands(click.Group):
    """The commands. `db` is loaded when it is asked for: workers do without it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted([*super().list_commands(ctx), MIGRATIONS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name == MIGRATIONS:
            return migrations.commands()
        return super().get_command(ctx, cmd_name)


def main() -> None:
    """Run a command; what the operator can mend is one line, without a traceback."""
    if not sys.stderr.isatty():
        sys.excepthook = _log
    group = Commands(
        name="promosms",
        help="PromoSMS: a small business texts its own customers.",
        commands=cli.COMMANDS,
    )
    info = ScriptInfo(create_app=_application)
    with errors.in_one_line():
        sys.exit(group.main(prog_name="promosms", obj=info, standalone_mode=False))


def _application() -> Flask:
    app = create_app()
    migrations.init_app(app)
    return app


def _log(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # A traceback may quote numbers and texts, and standard error is kept in a file.
    log.critical("command.failed", exc_info=(kind, error, trace))


if __name__ == "__main__":
    main()
