"""The bell: tells a queue that there is work. The rows are the truth, the bell may be lost."""

from redis import ConnectionPool, Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from promosms import logs
from promosms.config import setting

log = logs.get(__name__)
_pools: dict[str, ConnectionPool] = {}


def connection() -> Redis:
    """The Redis of the installation; short time-outs, so that a page never hangs on it."""
    url = setting("REDIS_URL")
    if url not in _pools:
        _pools[url] = ConnectionPool.from_url(url, socket_connect_timeout=1, socket_timeout=5)
    return Redis(connection_pool=_pools[url])


def queue(name: str) -> Queue:
    """A queue by name."""
    return Queue(name, connection=connection(), serializer=JSONSerializer)


def ring(name: str, job: str, *ids: int) -> bool:
    """Enqueue `job` ("send.run") on a queue; False when Redis cannot be reached.

    Jobs carry ids only and find their work in the database. Where all jobs of a queue do the
    same, two waiting ones are enough: one that has not started will see what was committed.
    """
    waiting = queue(name)
    try:
        if len(waiting) < 2 or name == "work":
            waiting.enqueue_call(
                f"promosms.jobs.{job}",
                args=ids,
                timeout=120,
                result_ttl=0,
                failure_ttl=86_400,
                description=job,
            )
        return True
    except RedisError:
        log.warning("bell.unreachable", extra={"queue": name})
        return False


def gateway_queue(gateway_id: int) -> str:
    """The queue of a gateway's workers."""
    return f"gateway-{gateway_id}"
