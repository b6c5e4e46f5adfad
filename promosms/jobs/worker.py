"""The worker process of a queue."""

import gc
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask
from redis import Redis
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from promosms import logs
from promosms import queue as job_queue
from promosms.extensions import db
from promosms.gateways.base import GatewayError
from promosms.jobs import gateway_connections
from promosms.jobs.webhooks import waking
from promosms.lib import sign_of_life
from promosms.services.gateways import health, workers
from promosms.services.gateways.connection_lock import ConnectionLock, Taken
from promosms.settings import settings, store_options

log = logs.get(__name__)
BEAT_SECONDS = 10
# How long RQ counts on an idle worker. It waits for a job 15 seconds shorter.
IDLE_SECONDS = 30
# Their jobs may be inside one statement for long, which says nothing meanwhile: emptying a large
# SQLite database.
LONG_JOBS = ("work",)
# Two threads share a gateway's worker: the one that records must not hold up the one that reads
# answers for the 5 ms after which Python would let it go.
SWITCH_SECONDS = 0.0005
# So many more objects than before and Python looks for cycles among them; 700 is its own default.
YOUNG = 50_000
# After so many jobs the process makes room for a fresh one, and gives its memory back.
MOST_JOBS = {"work": 5000, "mail": 500}


def run(app: Flask, name: str) -> None:
    """Work on one queue until SIGTERM: that of a gateway, or one of `workers.QUEUES`.

    Each worker listens to one queue only: RQ then moves jobs atomically and loses none. The
    workers of a gateway's further connections ("gateway-1/2") share its queue. Raises Refused.
    """
    logs.take_over()
    logging.getLogger("rq").setLevel(logging.WARNING)
    with app.app_context():
        if problem := workers.why_not(name):
            raise Refused(problem)
    name, gateway_id = workers.proper(name), workers.gateway_of(name)
    lock = None
    if gateway_id is not None:
        lock = _only_one(app, name, gateway_id)
    alive = partial(sign_of_life.give, app.instance_path, name)
    Beats(app, name).give()
    alive()
    if gateway_id is not None:
        _open_line(app, name, gateway_id)
    beats = Beats(app, name, gateway_id, lock)
    threading.Thread(target=beats.run, daemon=True).start()
    _collect_less()
    try:
        with app.app_context():
            _wait_for_redis(alive)
            worker = rq_worker(name, gateway_id)
            worker.app, worker.alive = app, alive
            worker.work(logging_level="WARNING", max_jobs=MOST_JOBS.get(name))
    finally:
        if name == waking.QUEUE:
            with app.app_context():
                _close_webhooks()
        if gateway_id is not None:
            gateway_connections.close_connection(gateway_id)
            with app.app_context():
                workers.beat(name)  # its connection is closed now


def _close_webhooks() -> None:
    """Only this worker loads them: they have an HTTP client of their own."""
    from promosms.jobs.webhooks import job

    job.close()


class Refused(Exception):
    """This worker must not run; the text is one line for the operator."""


class JobFailed(Exception):
    """What Redis keeps of the error of a job."""


class AppWorker(SimpleWorker):
    """Runs each job in this process, inside a fresh application context.

    Without a fork: SQLite keeps its locks in the memory of the process, and a child that is
    forked while another thread writes believes for ever that somebody holds the lock.
    """

    app: Flask
    alive: Callable[[], None] = staticmethod(lambda: None)
    """Called between two jobs, and while none is there."""

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """Tell Redis and the supervisor that this process is alive, between two jobs."""
        self.alive()
        super().heartbeat(*args, **kwargs)

    def perform_job(self, job: Job, *args: Any, **kwargs: Any) -> bool:
        """Perform the job with a database session of its own."""
        with self.app.app_context():
            try:
                done: bool = super().perform_job(job, *args, **kwargs)
                return done
            finally:
                db.session.remove()

    def _finalize_failure(
        self, job: Job, queue: Queue, execution: Execution, exc_info: Any
    ) -> None:
        """Log why a job has failed, with the frames of our code, which the line of RQ lacks.

        RQ would keep the traceback in Redis: its message may quote numbers and texts.
        """
        log.error("job.failed", exc_info=exc_info, extra={"job": job.description or "?"})
        told = JobFailed("See job.failed in the log.")
        super()._finalize_failure(job, queue, execution, (JobFailed, told, None))


def _collect_less() -> None:
    """What is loaded by now stays: the search for cycles among it cost a sixth of all sending."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def _only_one(app: Flask, name: str, gateway_id: int) -> ConnectionLock:
    """The lock of the connection. Raises Refused."""
    lock = ConnectionLock(gateway_id, workers.connection_of(name))
    try:
        with app.app_context():
            lock.take()
    except Taken as error:
        raise Refused(
            f"Another process is the worker {name} already: each connection has one."
        ) from error
    return lock


def _open_line(app: Flask, name: str, gateway_id: int) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        gateway_connections.open_connection(app, gateway_id)
    except (GatewayError, ValueError) as problem:
        with app.app_context():
            workers.beat(name)
            health.note_connection(gateway_id, connected=False, error=str(problem))
        raise


def rq_worker(name: str, gateway_id: int | None) -> "AppWorker":
    """A worker of RQ. Its name is drawn, because two containers have the same process numbers.

    RQ would also find out the address of this end, but cannot read that of a socket whose path has
    a blank; so it is not prepared by RQ.
    """
    listened = name if gateway_id is None else job_queue.gateway_queue(gateway_id)
    queue = Queue(listened, connection=_connection(), serializer=JSONSerializer)
    worker = AppWorker(
        [queue],
        connection=queue.connection,
        serializer=JSONSerializer,
        worker_ttl=IDLE_SECONDS,
        log_job_description=False,
        name=f"{name}-{secrets.token_hex(8)}",
        prepare_for_work=False,
    )
    worker.hostname, worker.pid = socket.gethostname(), os.getpid()
    return worker


def _connection() -> Redis:
    # Longer than RQ's blocking wait for a job, or an idle worker would lose its connection.
    answer = IDLE_SECONDS + settings.store_silence_seconds
    return Redis.from_url(settings.redis_url, **store_options.redis(settings, answer=answer))


def _wait_for_redis(alive: Callable[[], None]) -> None:
    seconds = 1.0
    while True:
        alive()
        try:
            _connection().ping()
            return
        except OSError:
            time.sleep(seconds)
        except Exception:
            log.warning("worker.no_redis", exc_info=True)
            time.sleep(seconds)
        seconds = min(seconds * 2, 10)


class Beats:
    """The signs of life of a worker in the database, in a thread of their own.

    That of a gateway gives one at once when its connection is open or lost. When it is open, what
    waits for it leaves at once, and not only after the next tick.
    """

    def __init__(
        self,
        app: Flask,
        name: str,
        gateway_id: int | None = None,
        lock: ConnectionLock | None = None,
    ) -> None:
        self.app, self.name, self.gateway_id, self.lock = app, name, gateway_id, lock
        self.was_ready = False

    def run(self) -> None:
        """Give them for ever."""
        open_ = None if self.gateway_id is None else gateway_connections.current(self.gateway_id)
        changed = open_.connection.changed if open_ else threading.Event()
        while True:
            changed.clear()
            self.give()
            changed.wait(BEAT_SECONDS)

    def give(self) -> None:
        """Give one. While the database is away there is none."""
        if self.name in LONG_JOBS:
            sign_of_life.give(self.app.instance_path, self.name)
        with self.app.app_context():
            try:
                if self.lock:
                    self.lock.keep()
                self._wake(beat(self.name, self.gateway_id))
            except Taken:
                log.error("worker.replaced", extra={"queue": self.name, "code": "taken"})
                os.kill(os.getpid(), signal.SIGTERM)
            except Exception:
                log.warning("worker.no_beat", exc_info=True, extra={"queue": self.name})
            finally:
                db.session.remove()

    def _wake(self, ready: bool) -> None:
        if ready and not self.was_ready and self.gateway_id is not None:
            queue = job_queue.gateway_queue(self.gateway_id)
            job_queue.wake(queue, "send.run", self.gateway_id)
        self.was_ready = ready


def beat(name: str, gateway_id: int | None = None) -> bool:
    """Give a sign of life; the worker of a gateway also says how its connection has performed.

    Returns whether a gateway can take texts.
    """
    connection = None if gateway_id is None else gateway_connections.current(gateway_id)
    if connection is None or gateway_id is None:
        workers.beat(name)
        return False
    ready = connection.connection.gateway.ready
    workers.beat(name, connected=ready)
    health.note_connection(gateway_id, connected=ready)
    measured = connection.connection.measurements()
    if ready or measured.answers:
        health.record(gateway_id, measured)
    return ready
