"""The browser of the scan: keeps cookies, and sends the token of the last page with each form."""

import re
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(httpx.Client):
    """A client of httpx; an answer of 400 and more raises httpx.HTTPStatusError."""

    def __init__(self, base: str, certificate: Path, agent: str, address: str) -> None:
        """`agent` and `address` are what it sends about itself; 127.0.0.0/8 is this machine."""
        super().__init__(
            base_url=base,
            headers={"User-Agent": agent, "Referer": f"{base}/"},
            transport=httpx.HTTPTransport(
                verify=ssl.create_default_context(cafile=certificate),
                local_address=address,
                # The server may close an idle connection just when it is used again.
                limits=httpx.Limits(max_keepalive_connections=0),
            ),
            follow_redirects=True,
            event_hooks={"response": [self._read]},
            timeout=30,
        )
        self.token = ""

    def submit(
        self,
        page: str,
        fields: Mapping[str, str | Sequence[str]],
        files: Mapping[str, tuple[str, str]] | None = None,
    ) -> httpx.Response:
        """Send a form; `files` are their names and contents by field."""
        return self.post(page, data={"csrf_token": self.token, **fields}, files=files)

    def _read(self, answer: httpx.Response) -> None:
        answer.read()
        if answer.is_error:
            answer.raise_for_status()
        if match := TOKEN.search(answer.text):
            self.token = match[1]
