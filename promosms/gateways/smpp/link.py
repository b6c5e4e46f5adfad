"""A link: keeps one session bound, and connects again when it ends."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable
from contextlib import suppress
from socket import SOCK_STREAM

from promosms.gateways.base import ErrorClass, GatewayError
from promosms.gateways.smpp import errors, pdus, tlvs
from promosms.gateways.smpp.codes import Command, Status, Tag
from promosms.gateways.smpp.frames import Frame
from promosms.gateways.smpp.session import NoAnswer, NotSent, Session, Timing
from promosms.gateways.smpp.settings import Settings

log = logging.getLogger(__name__)

LONGEST_RETRY = 60.0
NEXT_ADDRESS = 2.0
"""Seconds for each address of a host but the last."""
CLOSING = 2.0
"""Seconds for the last answers, and again for the unbind."""


class BindRefused(GatewayError):
    """The SMSC refuses our credentials: trying again would not help."""

    def __init__(self, settings: Settings, status: int) -> None:
        super().__init__(ErrorClass.SETTINGS, "credentials")
        self.text = (
            f"{settings.host} port {settings.port} refuses to bind {settings.system_id!r}:"
            f" {errors.reason(status)} (0x{status:02x}). Correct system_id, password or"
            " system_type, then start again."
        )

    def __str__(self) -> str:
        return self.text


class BindFailed(Exception):
    """The bind failed; try again later."""

    def __init__(self, status: int) -> None:
        super().__init__(errors.reason(status))
        self.status = status


class Link:
    """One session after another, bound by `command`."""

    def __init__(
        self,
        settings: Settings,
        command: Command,
        deliver: Callable[[Session, Frame], None],
        changed: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.command = command
        self.deliver = deliver
        self.changed = changed
        """Called when the link is bound, and when it is no longer."""
        self.session: Session | None = None
        self.refused: BindRefused | None = None
        self.tried = asyncio.Event()
        self.bound = asyncio.Event()
        """Set if waiting for a session is useless: there is one, or there will be none."""
        self.closing = False
        self.keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Return after the first try to bind. If it fails, tries follow in the background.

        Raises BindRefused.
        """
        self.keeper = asyncio.create_task(self._keep())
        await self.tried.wait()
        if self.refused:
            raise self.refused

    async def usable(self, seconds: float) -> Session:
        """The bound session, waited for if need be. Raises NotSent or BindRefused."""
        if not self.bound.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self.bound.wait()
        if self.refused:
            raise self.refused.with_traceback(None)
        if self.session is None or not self.session.usable:
            raise NotSent
        return self.session

    async def settle(self) -> None:
        """Stop connecting and submitting; wait for the answers to open requests."""
        self.closing = True
        self.bound.set()
        if self.keeper:
            self.keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self.keeper
        if self.session:
            await self.session.settle(CLOSING)

    async def close(self) -> None:
        """Unbind and disconnect."""
        if self.session:
            await self.session.unbind(CLOSING)

    async def _keep(self) -> None:
        wait = self.settings.retry_seconds
        while True:
            least, began = 0.0, asyncio.get_running_loop().time()
            try:
                await self._live()
            except BindRefused as refused:
                log.error("smpp.refused", extra={"code": refused.reason})
                self.refused = refused
                self.bound.set()
                return
            except BindFailed as failed:
                log.warning("smpp.bind_failed", extra={"code": failed.status})
                if failed.status == Status.ALREADY_BOUND:
                    least = self.settings.enquire_seconds  # until the old session is given up
            except (OSError, NoAnswer) as problem:
                log.warning("smpp.not_connected", exc_info=problem)
            except Exception:  # such as an invalid host name: log it and keep trying
                log.exception("smpp.failed")
            finally:
                self.tried.set()
            if asyncio.get_running_loop().time() - began > LONGEST_RETRY:
                wait = self.settings.retry_seconds
            await asyncio.sleep(max(least, wait * random.uniform(0.75, 1.25)))
            wait = min(wait * 2, LONGEST_RETRY)

    async def _live(self) -> None:
        """Connect, bind, and return when the session has ended."""
        session = await self._connect()
        try:
            answer = await session.bind(self.command, bind_body(self.settings))
            if answer.status in errors.CREDENTIALS:
                raise BindRefused(self.settings, answer.status)
            if answer.status != Status.OK:
                raise BindFailed(answer.status)
        except BaseException:
            session.transport.abort()
            raise
        self.session = session
        if session.usable:
            self.bound.set()
            self.changed()
        self.tried.set()
        version = tlvs.number(pdus.Named.read(answer.body).tlvs, Tag.INTERFACE_VERSION)
        log.info("smpp.bound", extra={"code": version})
        await asyncio.shield(session.ended)
        self.session = None

    def _over(self, session: Session) -> None:
        if session is self.session and not self.closing and self.bound.is_set():
            self.bound.clear()
            self.changed()

    async def _connect(self) -> Session:
        return await connect(self.settings, self.deliver, self._over)


async def connect(
    settings: Settings,
    deliver: Callable[[Session, Frame], None],
    over: Callable[[Session], None],
) -> Session:
    """A session that is connected and not bound. Raises OSError."""
    timing = Timing(settings.answer_seconds, settings.enquire_seconds)
    # The certificate and its host name are always checked.
    tls = ssl.create_default_context(cafile=settings.tls_ca or None) if settings.tls else None
    loop, problem = asyncio.get_running_loop(), OSError("no address")
    async with asyncio.timeout(settings.answer_seconds):
        # One after the other: a race (happy_eyeballs_delay) that is cancelled as it ends loses the
        # socket that has won (CPython 3.11, staggered.py).
        places = await loop.getaddrinfo(settings.host, settings.port, type=SOCK_STREAM)
        for left, (family, _, _, _, (address, *_)) in enumerate(places, 1 - len(places)):
            try:
                async with asyncio.timeout(NEXT_ADDRESS if left else None):
                    _, session = await loop.create_connection(
                        lambda: Session(settings.window, timing, deliver, over),
                        str(address),
                        settings.port,
                        family=family,
                        ssl=tls,
                        server_hostname=settings.host if tls else None,
                    )
                    return session
            except OSError as error:
                problem = error
    raise problem


def bind_body(settings: Settings) -> bytes:
    """The body of a bind with our credentials."""
    return pdus.Bind(settings.system_id, settings.password, settings.system_type).write()
