"""What the workers do after a balance has grown."""

from promosms import queue
from promosms.services.mail import outbox
from promosms.services.sending import sweep


def wake_workers() -> None:
    """Queue the files of new invoices, the e-mails, and the campaigns that lacked money."""
    queue.wake("work", "invoices.run")
    if outbox.waiting():
        queue.wake("mail", "mail.run")
    wake_campaigns()


def wake_campaigns() -> None:
    """Queue the campaigns that lacked money and can go on."""
    for campaign_id in sweep.continue_blocked():
        queue.wake("work", "prepare.run", campaign_id)
