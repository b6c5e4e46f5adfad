"""The mail worker, against a real SMTP server on this machine."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string, policy

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.extensions import db
from promosms.jobs import mail
from promosms.models import Email, now
from promosms.services.invoices import files as invoice_files
from promosms.services.mail import outbox
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.invoicing import issued
from tests.support.settings import override


class Dialogue(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 to take an e-mail, or to refuse it as the test wants."""

    server: "MailServer"

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                self.server.messages.append(self.message())
            self.say(self.server.answers.get(verb, "250 ok"))
            if verb == "QUIT":
                return

    def message(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Stores received messages; `answers` replaces the reply to a verb."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.messages: list[str] = []
        self.answers: dict[str, str] = {"QUIT": "221 bye"}


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    with MailServer() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        override(
            app,
            mail_server="127.0.0.1",
            mail_port=running.server_address[1],
            mail_starttls=False,
            mail_sender="PromoSMS <post@example.com>",
        )
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _context(context: None) -> None:
    """A job runs in the context of the application."""


def waiting() -> list[Email]:
    db.session.expire_all()
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def let_time_pass(**duration: float) -> None:
    at = now() - timedelta(**duration)
    db.session.execute(update(Email).values(next_attempt_at=at))
    db.session.commit()


def test_it_sends_and_deletes(server: MailServer) -> None:
    outbox.queue_email("anna@example.com", "Zażółć gęślą jaźń", "Dzień dobry,\n\nłódź.\n")
    outbox.queue_email("berta@example.com", "Second", "Hello.\n")
    mail.run()
    assert waiting() == []
    messages = [message_from_string(raw, policy=policy.default) for raw in server.messages]
    assert [message["To"] for message in messages] == ["anna@example.com", "berta@example.com"]
    first = messages[0]
    assert first["Subject"] == "Zażółć gęślą jaźń"
    assert first["From"] == "PromoSMS <post@example.com>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"].endswith("@localhost>")
    assert first.get_content().replace("\r\n", "\n") == "Dzień dobry,\n\nłódź.\n"


def test_it_does_not_break_links(server: MailServer) -> None:
    link = "https://localhost:8443/register/" + "x" * 80
    outbox.queue_email("anna@example.com", "Link", f"Open this:\n\n{link}\n")
    mail.run()
    message = message_from_string(server.messages[0], policy=policy.default)
    assert link in message.get_content()


def test_it_tries_five_times(server: MailServer) -> None:
    server.answers["RCPT"] = "451 later please"
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    waits = []
    for _ in range(5):
        mail.run()
        email = waiting()[0]
        waits.append(round((email.next_attempt_at - now()).total_seconds() / 60))
        assert not outbox.waiting()
        let_time_pass(seconds=1)
    assert waits[:4] == [1, 5, 30, 120]
    assert (email.status, email.attempts) == ("failed", 5)
    mail.run()
    assert server.messages == []


def test_it_sends_later_after_a_temporary_failure(server: MailServer) -> None:
    server.answers["MAIL"] = "421 busy"
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    mail.run()
    assert waiting()[0].status == "queued"
    del server.answers["MAIL"]
    let_time_pass(seconds=1)
    mail.run()
    assert len(server.messages) == 1
    assert waiting() == []


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_it_gives_up_after_a_permanent_refusal(server: MailServer, verb: str) -> None:
    server.answers[verb] = "550 no such person"
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    mail.run()
    assert waiting()[0].status == "failed"


def test_a_failure_does_not_stop_the_next_email(server: MailServer) -> None:
    outbox.queue_email("not an address\n", "Hello", "Hello.\n")
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    mail.run()
    assert len(server.messages) == 1
    assert [email.status for email in waiting()] == ["failed"]


def test_it_waits_when_the_server_is_down(app: Flask, server: MailServer) -> None:
    override(app, mail_port=1)
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    mail.run()
    assert waiting()[0].status == "queued"


def test_it_refuses_a_server_without_encryption(app: Flask, server: MailServer) -> None:
    override(app, mail_starttls=True)
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    mail.run()
    assert server.messages == []
    assert waiting()[0].status == "queued"


def test_without_a_server_emails_stay_in_the_outbox(app: Flask) -> None:
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    mail.run()
    assert [email.status for email in waiting()] == ["sent"]


def test_it_sends_what_a_killed_worker_had_claimed(server: MailServer) -> None:
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    assert outbox.claim() is not None
    mail.run()
    assert server.messages == []
    let_time_pass(minutes=1)
    mail.run()
    assert len(server.messages) == 1


def test_a_worker_holds_an_email_for_ten_minutes(clock: Clock) -> None:
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    assert outbox.claim() is not None
    clock.move(minutes=9)
    assert outbox.claim() is None
    clock.move(minutes=2)
    assert outbox.claim() is not None


def test_an_email_sent_again_after_a_kill_has_the_same_id(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.queue_email("anna@example.com", "Hello", "Hello.\n")
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "note_sent", lambda _: None)
        mail.run()
    let_time_pass(minutes=1)
    outbox.queue_email("berta@example.com", "Hello", "Hello.\n")
    mail.run()
    ids = [message_from_string(raw)["Message-ID"] for raw in server.messages]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]


def test_an_invoice_is_attached_unchanged(cast: Cast, server: MailServer) -> None:
    invoice = issued(cast.owner.account_id)
    invoice_files.complete(invoice.id)
    kept, name = invoice_files.file(invoice, "pdf"), invoice_files.name(invoice, "pdf")
    mail.run()
    message = message_from_string(server.messages[0], policy=policy.default)
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (name, "application/pdf")
    assert attached.get_content() == kept
    assert invoice.label in message["Subject"]
    assert "is attached" in message.get_body().get_content()
    assert waiting() == []


def test_two_workers_send_each_email_once(app: Flask, server: MailServer) -> None:
    for number in range(20):
        outbox.queue_email(f"{number}@example.com", "Hello", "Hello.\n")
    db.session.remove()

    def work() -> None:
        with app.app_context():
            mail.run()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(server.messages) == 20
    assert len({message_from_string(raw)["To"] for raw in server.messages}) == 20


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n "])
@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_no_header_can_be_injected_into_an_email(
    app: Flask, server: MailServer, field: str, end: str
) -> None:
    words = {"recipient": "anna@example.com", "subject": "Hello", "body": "Text"}
    words[field] += f"{end}Bcc: everybody@example.com{end}{end}Buy now"
    with app.app_context():
        outbox.queue_email(**words)
        mail.run()
        waiting = db.session.scalars(select(Email.status)).all()
    assert not [message for message in server.messages if "\r\nBcc:" in message]
    assert waiting in ([], ["failed"])


def test_a_body_cannot_end_the_message(app: Flask, server: MailServer) -> None:
    with app.app_context():
        body = "One\r\n.\r\nMAIL FROM:<evil@example.com>\r\nDATA"
        outbox.queue_email("anna@example.com", "Hello", body)
        mail.run()
    (message,) = server.messages
    assert "MAIL FROM:<evil@example.com>" in message
