"""Robots: programs that open a link before a person does, or without one."""

from functools import cache
from pathlib import Path

from werkzeug.wrappers import Request

from promosms.web import prefetch

LIST = Path(__file__).with_name("robot_agents.txt")


def is_person(request: Request) -> bool:
    """Does a person open this page, as far as the browser says?"""
    return prefetch.is_seen(request) and not is_robot(request.headers.get("User-Agent", ""))


def is_robot(agent: str) -> bool:
    """Does the User-Agent name a program? One that names nothing is no browser."""
    agent = agent.lower()
    return not agent or any(word in agent for word in _words())


@cache
def _words() -> tuple[str, ...]:
    lines = LIST.read_text().splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
