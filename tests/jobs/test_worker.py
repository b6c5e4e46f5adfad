"""The worker: jobs run while other threads of the process write."""

import threading

from flask import Flask
from rq.registry import FailedJobRegistry

from promosms import queue as queues
from promosms.extensions import db
from promosms.jobs.worker import AppWorker
from promosms.services.gateways import workers


def test_jobs_write_while_a_thread_of_the_worker_writes(app: Flask) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with app.app_context():
                workers.beat("writer")
                db.session.remove()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        with app.app_context():
            queue = queues.queue("work")
            for _ in range(10):
                queues.wake("work", "receive.run")
            worker = AppWorker([queue], connection=queue.connection, serializer=queue.serializer)
            worker.app = app
            worker.work(burst=True, logging_level="ERROR")
            assert len(queue) == 0
            assert FailedJobRegistry(queue=queue).get_job_count() == 0
    finally:
        stop.set()
        thread.join()
