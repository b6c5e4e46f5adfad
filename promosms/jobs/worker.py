"""The worker process of a queue."""

import gc
import logging
import os
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
from promosms.lib import sign_of_life
from promosms.services.gateways import health, workers
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
    """Work on one queue until SIGTERM: `work`, `receive`, `mail`, or that of an open gateway.

    Each worker listens to one queue only: RQ then moves jobs atomically and loses none. The
    workers of a gateway's further connections ("gateway-1/2") share its queue.
    """
    logs.take_over()
    logging.getLogger("rq").setLevel(logging.WARNING)
    name, gateway_id = workers.proper(name), workers.gateway_of(name)
    alive = partial(sign_of_life.give, app.instance_path, name)
    alive()
    if gateway_id is not None:
        _open_line(app, name, gateway_id)
    threading.Thread(target=_beat, args=(app, name, gateway_id), daemon=True).start()
    _collect_less()
    try:
        with app.app_context():
            _wait_for_redis()
            listened = name if gateway_id is None else job_queue.gateway_queue(gateway_id)
            queue = Queue(listened, connection=_connection(), serializer=JSONSerializer)
            worker = AppWorker(
                [queue],
                connection=queue.connection,
                serializer=JSONSerializer,
                worker_ttl=IDLE_SECONDS,
                log_job_description=False,
                name=f"{name}-{os.getpid()}",
            )
            worker.app, worker.alive = app, alive
            worker.work(logging_level="WARNING", max_jobs=MOST_JOBS.get(name))
    finally:
        if gateway_id is not None:
            gateway_connections.close_connection(gateway_id)
            with app.app_context():
                workers.beat(name)  # its connection is closed now


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


def _open_line(app: Flask, name: str, gateway_id: int) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        gateway_connections.open_connection(app, gateway_id)
    except (GatewayError, ValueError) as problem:
        with app.app_context():
            workers.beat(name)
            health.note_connection(gateway_id, connected=False, error=str(problem))
        raise


def _connection() -> Redis:
    # Longer than RQ's blocking wait for a job, or an idle worker would lose its connection.
    answer = IDLE_SECONDS + settings.store_silence_seconds
    return Redis.from_url(settings.redis_url, **store_options.redis(settings, answer=answer))


def _wait_for_redis() -> None:
    seconds = 1.0
    while True:
        try:
            _connection().ping()
            return
        except OSError:
            time.sleep(seconds)
        except Exception:
            log.warning("worker.no_redis", exc_info=True)
            time.sleep(seconds)
        seconds = min(seconds * 2, 10)


def _beat(app: Flask, name: str, gateway_id: int | None) -> None:
    while True:
        if name in LONG_JOBS:
            sign_of_life.give(app.instance_path, name)
        with app.app_context():
            try:
                beat(name, gateway_id)
            except Exception:
                log.warning("worker.no_beat", exc_info=True, extra={"queue": name})
            finally:
                db.session.remove()
        time.sleep(BEAT_SECONDS)


def beat(name: str, gateway_id: int | None = None) -> None:
    """Give a sign of life; the worker of a gateway also says how its connection has performed."""
    connection = None if gateway_id is None else gateway_connections.current(gateway_id)
    if connection is None or gateway_id is None:
        workers.beat(name)
        return
    ready = connection.connection.gateway.ready
    workers.beat(name, connected=ready)
    health.note_connection(gateway_id, connected=ready)
    measured = connection.connection.measurements()
    if ready or measured.answers:
        health.record(gateway_id, measured)
