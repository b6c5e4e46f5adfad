"""Checks before the start; each failure is one line that says what to do."""

import errno
import fcntl
import ipaddress
import os
import socket
import tempfile
from pathlib import Path
from typing import TextIO


class StartError(Exception):
    """PromoSMS cannot start; the text is one line for the terminal."""


def writable(folder: Path) -> None:
    """Check that the folder of the installation can be created and written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StartError(
            f"The folder {folder} cannot be written ({_reason(error)}). Give it to the user who "
            "starts PromoSMS, or set PROMOSMS_INSTANCE to another folder."
        ) from error


def lock(folder: Path) -> TextIO:
    """Lock out a second supervisor; the lock ends with this process."""
    file = (folder / "lock").open("a+")
    try:
        # Not `flock`: children that are forked would hold that lock, too.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        raise StartError(
            f"PromoSMS is already running in {folder} (process {file.read().strip() or '?'})."
        ) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def bindings(host: str, port: int, option: str) -> list[str]:
    """The free addresses to listen on: "localhost" means IPv4, and IPv6 where there is any."""
    if not host.strip():
        raise StartError("--host must be a name or an address of this machine; 0.0.0.0: all.")
    hosts = ["127.0.0.1", "::1"] if host == "localhost" else [host]
    addresses = [_address(name, port) for name in hosts if _is_free(name, port, option)]
    if not addresses:
        raise StartError(f"This machine has no address {host!r}: choose another one with --host.")
    return addresses


def open_to_others(host: str, proxies: int) -> str:
    """A note if other machines reach our port and no proxy stands before it; else nothing."""
    if proxies or host == "localhost" or _is_loopback(host):
        return ""
    return (
        f"Other machines reach this server at {host} directly. Put a proxy such as nginx before it "
        "and set PROMOSMS_TRUSTED_PROXIES: it keeps floods of connections away (deploy/nginx.conf)."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_free(host: str, port: int, option: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except UnicodeError:  # a name such as a..b, which cannot be looked up
        return False
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) or isinstance(
            error, socket.gaierror
        ):
            return False
        raise StartError(
            f"Port {port} cannot be used ({_reason(error)}). "
            f"Stop the program that holds it, or choose another one with {option}."
        ) from error
    return True


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
