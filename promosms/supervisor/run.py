"""Start everything in order, print the addresses, keep it running, end it."""

import os
import pkgutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException, HTTPSConnection
from importlib import import_module
from pathlib import Path
from ssl import CERT_NONE, PROTOCOL_TLS_CLIENT, SSLContext
from typing import TypeVar
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from promosms import create_app, jobs, queue
from promosms.db import failures, migrations, row_security
from promosms.extensions import db
from promosms.jobs import tick, worker
from promosms.services.api import exposed_keys
from promosms.services.auth import invitations
from promosms.services.gateways import simulated_phone, workers
from promosms.services.installation import defaults
from promosms.services.privacy import reapply_erasures
from promosms.settings import (
    Settings,
    change_settings,
    embedded,
    instance_path,
    production_checks,
    settings_of,
)
from promosms.supervisor import (
    catalogues,
    certificate,
    checks,
    forks,
    orphans,
    redirect,
    valkey,
)
from promosms.supervisor.checks import StartError
from promosms.supervisor.processes import SHORT_PAUSE, ManagedProcess, Processes
from promosms.web import fonts

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent
WEB = "web"
TRIES = 3
TELL_EVERY = 10.0
WATCH_EVERY = 0.5
RENEW_EVERY = 86_400.0
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Options:
    """Options of the command line. Port 0 means: no plain HTTP."""

    host: str = "localhost"
    port: int = 8443
    http_port: int = 8080
    demo: bool = False


def run(options: Options) -> None:
    """Run until Ctrl-C or SIGTERM. Raises StartError and ConfigError."""
    _listen_to_signals()
    forks.name_process("promosms")
    os.umask(0o077)  # also before the settings are read: see settings.init_app
    folder = Path(instance_path())
    checks.writable(folder)
    with checks.lock(folder):
        orphans.end(folder, patience=10.0)
        tls = checks.bindings(options.host, options.port, "--port")
        plain = (
            checks.bindings(options.host, options.http_port, "--http-port")
            if options.http_port
            else []
        )
        processes = Processes(folder, ROOT, _tell)
        try:
            app = _application(options)
            if options.demo:
                _check_demo(settings_of(app))
            settings = settings_of(app)
            processes.days = settings.log_days
            processes.silence = settings.sign_of_life_seconds + settings.tick_seconds
            _start(app, options, processes, tls, plain)
            _watch(app, processes)
        except KeyboardInterrupt:
            _tell("Stopping ...")
        finally:
            processes.stop()
            _tell("Stopped.")


def prepare() -> None:
    """Bring the database, the catalogues and the type up to this version; safe to repeat."""
    make_files()
    try:
        migrations.upgrade()
        row_security.build()
        defaults.ensure_defaults()
        reapply_erasures.begin()  # an old backup may have been restored
    except migrations.UnknownVersion as error:
        raise StartError(
            "The database is of another version of PromoSMS, probably a newer one: install that, "
            "or bring a backup back."
        ) from error
    except DBAPIError as error:
        if line := failures.line_of(error):
            raise StartError(line) from error
        raise


def make_files() -> None:
    """Make what an application reads when it is created: the catalogues and the type."""
    catalogues.compile_catalogues(PACKAGE / "translations")
    fonts.make(PACKAGE / "static")


def seed() -> None:
    """Make the demo account, once, and start its running campaign. Raises StartError."""
    from promosms.demo import account as demo

    _check_demo(settings_of(current_app))
    if not defaults.simulator_only():
        raise StartError(
            "The demo would text invented numbers: it is for installations whose only gateway is "
            "the simulator."
        )
    account = demo.seed()
    if account is None:
        _tell(f"  demo       {demo.EMAIL} is there already")
        return
    queue.wake("work", "prepare.run", account.campaign_id)
    _tell(f"  demo       sign in as {demo.EMAIL} with the password {account.password}")


def _check_demo(settings: Settings) -> None:
    if settings.production:
        raise StartError(
            "The demo is for trials: its people are invented. Leave it out in production, or set "
            "PROMOSMS_PRODUCTION=no."
        )


def _application(options: Options) -> Flask:
    """The application with all that its processes use, loaded once for all of them."""
    forks.apart(make_files)
    app = create_app()
    for module in pkgutil.walk_packages(jobs.__path__, f"{jobs.__name__}."):
        import_module(module.name)
    with app.app_context():
        forks.forbid_connections(db.engine)
    if settings_of(app).public_url == Settings().public_url:
        change_settings(app, public_url=f"https://localhost:{options.port}")
    return app


def _start(
    app: Flask, options: Options, processes: Processes, tls: list[str], plain: list[str]
) -> None:
    _tell(f"PromoSMS in {app.instance_path}")
    for line in production_checks.warnings(settings_of(app)):
        _tell(f"Note: {line}")
    if line := checks.open_to_others(options.host, settings_of(app).trusted_proxies):
        _tell(f"Note: {line}")
    forks.share_memory()
    _apart(app, _bring_up)
    if settings_of(app).redis_url == embedded.redis_url(Path(app.instance_path)):
        _start_valkey(app, processes)
    if options.demo:
        _apart(app, seed)
    for process in _services(app, tls, plain):
        processes.start(process)
        _tell(f"  {process.name:10} started")
    _wait(processes, tls[0])
    _apart(app, partial(_greet, settings_of(app).public_url.rstrip("/")))


def _apart(app: Flask, work: Callable[[], Answer]) -> Answer:
    """What `work` returns, which may use the database."""

    def in_context() -> Answer:
        with app.app_context():
            return work()

    return forks.apart(in_context)


def _bring_up() -> None:
    prepare()
    _tell(f"  database   {db.engine.dialect.name}, up to date")
    for line in (row_security.warning(), defaults.no_gateway_warning()):
        if line:
            _tell(f"Note: {line}")


def _start_valkey(app: Flask, processes: Processes) -> None:
    folder = Path(app.instance_path)
    socket = embedded.socket_path(folder)
    command = valkey.command(folder, socket)
    process = ManagedProcess("redis", command, ends_last=True, longest_pause=SHORT_PAUSE)
    processes.start(process)
    if not valkey.answers(socket, process.alive):
        processes.end([process])
        valkey.forget(folder)
        process.program = valkey.command(folder, socket)
        processes.start(process)
        if not valkey.answers(socket, process.alive):
            raise StartError(
                f"The embedded Redis does not start; see {processes.log_file(process)}"
            )
    _tell(f"  {process.name:10} started")


def _services(app: Flask, tls: list[str], plain: list[str]) -> list[ManagedProcess]:
    services = [_web(app, tls)]
    if plain:
        services.append(_redirect(app, plain))
    for name in _apart(app, workers.expected):
        program = partial(work, app, name)
        if name == workers.TICK:
            program = partial(tick.run, app)
        services.append(ManagedProcess(name, program, gives_signs=True))
    return services


def work(app: Flask, name: str) -> None:
    """Run a worker. The log says in one line why it must not run."""
    try:
        worker.run(app, name)
    except worker.Refused as error:
        raise SystemExit(f"Error: {error}") from error


def _watch(app: Flask, processes: Processes) -> None:
    """Keep everything running; once a day renew the certificate if it ends soon."""
    checked = time.monotonic()
    while True:
        time.sleep(WATCH_EVERY)
        processes.watch()
        if time.monotonic() - checked > RENEW_EVERY:
            checked = time.monotonic()
            _certificate(app)


def _certificate(app: Flask) -> str:
    host = urlsplit(settings_of(app).public_url).hostname or "localhost"
    file = Path(app.instance_path, "certificate.pem")
    return str(forks.apart(partial(certificate.ensure, file, host)))


def _web(app: Flask, addresses: list[str]) -> ManagedProcess:
    pem = _certificate(app)

    def serve() -> None:
        from promosms.supervisor import web_server  # no other process needs gunicorn

        web_server.serve(app, addresses, pem)

    return ManagedProcess(WEB, serve, longest_pause=SHORT_PAUSE)


def _redirect(app: Flask, addresses: list[str]) -> ManagedProcess:
    exposed = Path(app.instance_path, exposed_keys.FILE)
    leading = redirect.Redirect(settings_of(app).public_url, exposed)
    program = partial(redirect.run, leading, addresses)
    return ManagedProcess("redirect", program, longest_pause=SHORT_PAUSE)


def _wait(processes: Processes, address: str) -> None:
    """Wait as long as this machine needs, until pages and workers are there.

    A worker that ends instead, such as that of a provider that refuses us, is not waited for: the
    supervisor says so, and tries it again later.
    """
    host, _, port = address.rpartition(":")
    told = time.monotonic()
    while missing := _missing(processes, host.strip("[]"), int(port)):
        if any(process.name == WEB and process.ends >= TRIES for process in processes.all):
            raise StartError(f"The web server does not start; see {processes.logs / 'web.log'}")
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            _tell(f"  waiting for {', '.join(missing)}")
        processes.watch()
        time.sleep(0.1)


def _missing(processes: Processes, host: str, port: int) -> list[str]:
    """The processes that are not there yet."""
    missing = [
        process.name
        for process in processes.all
        if process.gives_signs and not process.ends and not processes.lives(process)
    ]
    return missing if _answers(host, port) else [WEB, *missing]


def _answers(host: str, port: int) -> bool:
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, CERT_NONE
    connection = HTTPSConnection(host, port, timeout=5, context=context)
    with suppress(OSError, HTTPException):
        connection.request("GET", "/privacy", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status < 500
    return False


def _greet(url: str) -> None:
    phone = simulated_phone.link() if simulated_phone.available() else ""
    invitation = invitations.invite_admin()
    _tell(f"Open       {url}/")
    if invitation:
        _tell(f"Admin      {invitation} (becomes the admin; works once)")
    if phone:
        _tell(f"Phone      {phone} (texts and e-mails arrive here; the link is yours alone)")
    _tell("Ctrl-C ends everything.")


def _listen_to_signals() -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, interrupt)


def _tell(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        click.echo(line)
