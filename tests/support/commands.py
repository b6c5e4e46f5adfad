"""Commands of the operator, run in this process."""

import click
from click.testing import Result
from flask import Flask

from promosms import cli


def run(app: Flask, *words: str) -> Result:
    """Run a command with its words: `run(app, "ledger", "audit")`."""
    return app.test_cli_runner().invoke(click.Group(commands=cli.COMMANDS), words)
