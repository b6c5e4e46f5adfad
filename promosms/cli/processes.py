"""Commands that run processes: everything at once, one worker, the tick."""

import click

PORT = click.IntRange(1, 65_535)
PORT_OR_NONE = click.IntRange(0, 65_535)


@click.command()
@click.option("--host", default="localhost", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, default=8443, show_default=True, help="Port for HTTPS.")
@click.option(
    "--http-port",
    type=PORT_OR_NONE,
    default=8080,
    show_default=True,
    help="Port that redirects; 0: none.",
)
@click.option("--demo", is_flag=True, help="Also make an account with recipients and campaigns.")
def up(host: str, port: int, http_port: int, demo: bool) -> None:
    """Start everything on this machine and keep it running."""
    from promosms.supervisor import run as supervisor
    from promosms.supervisor.checks import StartError

    if port == http_port:
        raise click.UsageError("--port and --http-port must differ.")
    try:
        supervisor.run(supervisor.Options(host, port, http_port, demo))
    except StartError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("name")
def worker(name: str) -> None:
    """Run a worker: work, receive, mail, gateway-1; gateway-1/2 for its second connection."""
    from promosms import create_app
    from promosms.jobs.worker import Refused, run

    try:
        run(create_app(pages=False), name)
    except Refused as error:
        raise click.ClickException(str(error)) from error


@click.command()
def tick() -> None:
    """Every few seconds: sweep, wake the workers, start what is due."""
    from promosms import create_app
    from promosms.jobs.tick import run

    run(create_app(pages=False))
