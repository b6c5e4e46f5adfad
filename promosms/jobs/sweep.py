"""The tasks of the sweep, which the tick runs in every round. A new task is a line here."""

from promosms.services.api import exposed_keys
from promosms.services.auth import email_links, phone_changes, sessions, two_factor
from promosms.services.automations import run as automation_run
from promosms.services.campaigns import ab_decisions, guard, schedule
from promosms.services.mail import outbox
from promosms.services.recipients import counts as recipient_counts
from promosms.services.reply_emails import sending as reply_emails
from promosms.services.sending import failover, gateway_counts, holding, sweep
from promosms.services.sign_ups import asking
from promosms.services.webhooks import watching


def run() -> None:
    """Run all tasks, each in its own transaction."""
    sweep.take_back_leases()
    sweep.withdraw_stopped()
    failover.move_waiting()
    guard.pause_alarming()
    holding.hold_what_waits()
    automation_run.end_late()
    sweep.continue_blocked()
    schedule.start_due()
    ab_decisions.decide_due()
    sweep.finish_campaigns()
    sweep.release_unsettled()
    sweep.release_unsettled_direct()
    asking.skip_late()
    gateway_counts.fold()
    recipient_counts.fold()
    exposed_keys.note()
    email_links.forget_expired()
    two_factor.forget_expired()
    phone_changes.forget_expired()
    reply_emails.write_due()
    watching.watch()
    outbox.forget_old()
    sessions.forget_old()
