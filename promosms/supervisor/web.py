"""Settings of gunicorn, for `promosms up` and for `gunicorn -c promosms/supervisor/web.py`."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from promosms import logs
from promosms.db import transactions

# Of TLS 1.2 only ciphers with forward secrecy and authenticated encryption (RFC 7525, section 4.2;
# RFC 9325). TLS 1.3 has no others.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"

wsgi_app = "wsgi:app"
bind = ["127.0.0.1:8000"]
workers = 2
threads = 4
worker_class = "promosms.supervisor.web_worker.WebWorker"
worker_connections = 1000  # of each worker; then the oldest silent ones go
preload_app = True  # loaded once, shared by the workers
max_requests = 0
timeout = 60
graceful_timeout = 15
keepalive = 5
forwarded_allow_ips = ""  # TRUSTED_PROXIES decides, not the server
control_socket_disable = True
accesslog = None  # its lines would hold paths and addresses; see logs/requests.py
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "promosms.logs.Formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
}


def when_ready(_server: Any) -> None:
    """Write warnings and crashes to the log."""
    logs.take_over()


def post_fork(_server: Any, worker: Any) -> None:
    """Let each worker open its own connections."""
    with worker.app.wsgi().app_context():
        transactions.dispose()


def ssl_context(_settings: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS 1.2 or later. Called again for a renewed certificate, see `web_worker.Certificate`."""
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    return context
