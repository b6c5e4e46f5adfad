"""How a message leaves: one adapter per kind of gateway, without web, database and queue."""

from collections.abc import Callable, Mapping
from typing import Any

from promosms.gateways.base import Gateway
from promosms.gateways.simulator import Simulator

KINDS: Mapping[str, Callable[[Mapping[str, Any]], Gateway]] = {"simulator": Simulator}
