"""A failure is found from its line in the log: code, class and frames of our code, and no data."""

import logging
import smtplib
import socket
import ssl
from email.message import EmailMessage

import httpx
import pytest
from flask import Flask
from redis.exceptions import TimeoutError as RedisTimeout
from rq.registry import FailedJobRegistry
from sqlalchemy.exc import IntegrityError, OperationalError

from promosms import logs
from promosms import queue as queues
from promosms.gateways.base import BadSettings, ErrorClass, GatewayError
from promosms.gateways.smpp.session import Broken, NoAnswer
from promosms.jobs import mail
from promosms.jobs.worker import AppWorker
from promosms.logs import reasons
from promosms.services.mail import outbox
from promosms.services.payments.stripe_checkout import Unavailable
from promosms.sms import phone
from tests.support.log_lines import MAIL, PHONE, heard
from tests.support.settings import override

CODES: list[tuple[Exception, str]] = [
    (OperationalError(f"SELECT '{PHONE}'", {}, Exception(MAIL)), "database"),
    (IntegrityError(f"INSERT '{PHONE}'", {}, Exception(MAIL)), "database_conflict"),
    (RedisTimeout(MAIL), "redis"),
    (smtplib.SMTPDataError(550, MAIL.encode()), "smtp_550"),
    (smtplib.SMTPSenderRefused(451, b"busy", MAIL), "smtp_451"),
    (smtplib.SMTPAuthenticationError(535, b"no"), "smtp_535"),
    (smtplib.SMTPRecipientsRefused({MAIL: (550, b"no")}), "smtp_recipient"),
    (smtplib.SMTPServerDisconnected(MAIL), "smtp_disconnected"),
    (ssl.SSLCertVerificationError(MAIL), "tls"),
    (socket.gaierror(-2, MAIL), "unknown_host"),
    (TimeoutError(MAIL), "timeout"),
    (ConnectionRefusedError(111, MAIL), "connection_refused"),
    (ConnectionResetError(104, MAIL), "connection_lost"),
    (OSError(28, "No space left", MAIL), "enospc"),
    (PermissionError(13, MAIL), "eacces"),
    (FileNotFoundError(2, MAIL), "file_missing"),
    (Unavailable(MAIL), "stripe_unavailable"),
    (GatewayError(ErrorClass.PERMANENT, "bad_number"), "bad_number"),
    (NoAnswer(MAIL), "no_answer"),
    (Broken(MAIL), "connection_lost"),
    (httpx.ReadTimeout(MAIL), "timeout"),
    (httpx.RemoteProtocolError(MAIL), "connection_lost"),
    (BadSettings(MAIL), "settings"),
    (ValueError(PHONE), "unexpected"),
    (KeyError(PHONE), "unexpected"),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda value: type(value).__name__)
def test_an_exception_has_a_stable_code_and_shows_no_message(error: Exception, code: str) -> None:
    with heard() as lines:
        try:
            raise error
        except Exception:
            logs.get("test").exception("a.failed")
    (line,) = lines
    assert (line["code"], line["error"]) == (code, type(error).__name__)
    assert reasons.code_of(error) == code


def test_the_frames_of_our_code_and_the_first_cause_are_named() -> None:
    with heard() as lines:
        try:
            try:
                phone.country_of(MAIL)
            except Exception as error:
                raise RuntimeError(MAIL) from error
        except RuntimeError as error:
            logs.get("test").exception("a.failed")
            first = error.__cause__
            assert first is not None
            logs.get("test").warning("b.failed", exc_info=first, extra={"code": "own_code"})
    outer, inner = lines
    assert outer["cause"] == type(first).__name__
    assert "frames" not in outer  # nothing of it was raised in the package
    assert "cause" not in inner or inner["cause"] == "NumberParseException"
    assert inner["code"] == "own_code"
    frames = str(inner["frames"]).split(" > ")
    assert [frame.split(":")[0] for frame in frames] == ["sms/phone.py", "sms/phone_reading.py"]
    assert [frame.split(" ")[1] for frame in frames] == ["country_of", "parse_number"]


def test_a_library_complains_with_a_code() -> None:
    with heard("gunicorn.error") as lines:
        logging.getLogger("gunicorn.error").warning("Invalid request from %s", MAIL)
    assert [(line["code"], line["source"]) for line in lines] == [("library", "gunicorn.error")]


def test_a_failed_job_is_found_and_leaves_no_message_in_redis(app: Flask) -> None:
    with app.app_context(), heard("promosms", "rq") as lines:
        queue = queues.queue("work")
        queue.enqueue_call("promosms.sms.phone.country_of", [MAIL], description="work.test")
        worker = AppWorker([queue], connection=queue.connection, serializer=queue.serializer)
        worker.app = app
        worker.work(burst=True, logging_level="ERROR")
        (job_id,) = FailedJobRegistry(queue=queue).get_job_ids()
        job = queue.fetch_job(job_id)
        assert job is not None
        result = job.latest_result()
        assert result is not None
        assert str(result.exc_string).strip().endswith("JobFailed: See job.failed in the log.")
    line = lines[0]
    assert (line["event"], line["job"], line["code"]) == ("job.failed", "work.test", "unexpected")
    assert "sms/phone.py:" in str(line["frames"])


def test_a_refused_email_says_by_what(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_message: EmailMessage) -> None:
        raise smtplib.SMTPDataError(550, f"{MAIL} is unknown".encode())

    with app.app_context(), heard() as lines:
        outbox.queue_email(MAIL, "Subject", "Text")
        override(app, mail_server="mail.example.com")
        monkeypatch.setattr(mail, "_submit", refuse)
        mail.run()
    (line,) = lines
    assert (line["event"], line["code"], line["count"]) == ("mail.given_up", "smtp_550", 1)
    assert str(line["frames"]).startswith("jobs/mail.py:")
