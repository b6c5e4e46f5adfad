"""The SMSC in its Node process: it is started, gets commands and reports what came."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SECONDS = 60.0
News = dict[str, Any]


class Missing(Exception):
    """A needed program or package is missing; the text is one line for the reader."""


def install(folder: Path) -> None:
    """Put the package and the server into a folder. Raises Missing."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Missing(f"{program} is not installed: these tests need Node.js 18 or later.")
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(HERE / name, folder / name)
    command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if process.returncode:
        raise Missing("npm could not install the package smpp: is its registry reachable?")


class Server:
    """One run of server.js. `news` is what it has reported since the last look."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self.child = child
        self.news: list[News] = []
        self.port = 0

    async def wait(self, event: str) -> News:
        """The next news of a kind; the others before it stay."""
        for place, news in enumerate(self.news):
            if news["event"] == event:
                return self.news.pop(place)
        assert self.child.stdout
        async with asyncio.timeout(SECONDS):
            while line := await self.child.stdout.readline():
                news = json.loads(line)
                if news["event"] == event:
                    return dict(news)
                self.news.append(news)
        raise AssertionError(f"the server ended before {event}")

    async def texts(self, count: int) -> list[News]:
        """So many submissions."""
        return [await self.wait("submit_sm") for _ in range(count)]

    async def refuse(self, *statuses: int) -> None:
        """Refuse the next submissions; a 0 among the statuses takes one."""
        await self._order({"refuse": statuses})
        await self.wait("refusing")

    async def send(self, command: str, **fields: Any) -> None:
        """Send a request to the client; octets of texts as bytes."""
        written = {k: v.hex() if isinstance(v, bytes) else v for k, v in fields.items()}
        await self._order({"send": command, "fields": written})

    async def _order(self, order: News) -> None:
        assert self.child.stdin
        self.child.stdin.write(json.dumps(order).encode() + b"\n")
        await self.child.stdin.drain()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Server]:
    """The server on a free port of this machine, ended afterwards."""
    child = await asyncio.create_subprocess_exec(
        *("node", "server.js"),
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    server = Server(child)
    try:
        server.port = (await server.wait("listening"))["port"]
        yield server
    finally:
        assert child.stdin
        child.stdin.close()
        try:
            async with asyncio.timeout(SECONDS):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()
