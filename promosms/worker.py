"""The worker process of a queue."""

import logging
import os
import threading
import time
from typing import Any

from flask import Flask
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from promosms import lines, logs
from promosms.config import setting
from promosms.extensions import db
from promosms.gateways.base import GatewayError
from promosms.services import gateways, workers

log = logs.get(__name__)
BEAT_SECONDS = 10
# After so many jobs the process makes room for a fresh one, and gives its memory back.
MOST_JOBS = {"work": 500, "mail": 500}


def run(app: Flask, name: str) -> None:
    """Work on one queue until SIGTERM: `work`, `receive`, `mail`, or a gateway with its line open.

    Each worker listens to one queue only: RQ then moves jobs atomically and loses none.
    """
    logging.getLogger("rq").setLevel(logging.WARNING)
    gateway_id = int(name.removeprefix("gateway-")) if name.startswith("gateway-") else None
    if gateway_id is not None:
        _open_line(app, gateway_id)
    threading.Thread(target=_beat, args=(app, name, gateway_id), daemon=True).start()
    try:
        with app.app_context():
            _wait_for_redis()
            queue = Queue(name, connection=_connection(), serializer=JSONSerializer)
            worker = AppWorker(
                [queue],
                connection=queue.connection,
                serializer=JSONSerializer,
                worker_ttl=60,
                log_job_description=False,
                name=f"{name}-{os.getpid()}",
            )
            worker.app = app
            worker.work(logging_level="WARNING", max_jobs=MOST_JOBS.get(name))
    finally:
        if gateway_id is not None:
            lines.close_line(gateway_id)
            with app.app_context():
                gateways.note_state(gateway_id, connected=False)


class AppWorker(SimpleWorker):
    """Runs each job in this process, inside a fresh application context.

    Without a fork: SQLite keeps its locks in the memory of the process, and a child that is
    forked while another thread writes believes for ever that somebody holds the lock.
    """

    app: Flask

    def perform_job(self, job: Job, *args: Any, **kwargs: Any) -> bool:
        """Perform the job with a database session of its own."""
        with self.app.app_context():
            try:
                done: bool = super().perform_job(job, *args, **kwargs)
                return done
            finally:
                db.session.remove()


def _open_line(app: Flask, gateway_id: int) -> None:
    try:
        lines.open_line(app, gateway_id)
    except (GatewayError, ValueError) as problem:
        with app.app_context():
            gateways.note_state(gateway_id, connected=False, error=str(problem))
        raise


def _connection() -> Redis:
    # Longer than RQ's blocking wait for a job, or an idle worker would lose its connection.
    return Redis.from_url(setting("REDIS_URL"), socket_connect_timeout=5, socket_timeout=90)


def _wait_for_redis() -> None:
    seconds = 1.0
    while True:
        try:
            _connection().ping()
            return
        except OSError:
            time.sleep(seconds)
        except Exception:
            log.warning("worker.no_redis")
            time.sleep(seconds)
        seconds = min(seconds * 2, 10)


def _beat(app: Flask, name: str, gateway_id: int | None) -> None:
    while True:
        with app.app_context():
            try:
                workers.beat(name)
                if gateway_id is not None and (line := lines.current(gateway_id)):
                    gateways.note_state(gateway_id, connected=line.line.gateway.ready)
            except Exception:
                log.warning("worker.no_beat", extra={"queue": name})
            finally:
                db.session.remove()
        time.sleep(BEAT_SECONDS)
