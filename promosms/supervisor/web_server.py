"""The web server of `promosms up`: gunicorn with an application that is loaded already."""

from collections.abc import Sequence

from flask import Flask
from gunicorn.app.base import BaseApplication

from promosms.supervisor import web


class WebServer(BaseApplication):
    """gunicorn with the settings of `web`, on these addresses, with TLS."""

    def __init__(self, app: Flask, addresses: Sequence[str], pem: str) -> None:
        self.app = app
        self.chosen = {"bind": list(addresses), "certfile": pem, "keyfile": pem}
        super().__init__()

    def load_config(self) -> None:
        """Its settings; neither the command line nor the environment is asked."""
        for name, value in {**vars(web), **self.chosen}.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self.app


def serve(app: Flask, addresses: Sequence[str], pem: str) -> None:
    """Serve until SIGTERM."""
    WebServer(app, addresses, pem).run()
