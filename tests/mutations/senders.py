"""Mutations of rules about senders: who may send under a name, and what each country sees."""

from tests.mutations.mutation import SERVICES, Mutation

_SENDERS, _CAMPAIGNS = f"{SERVICES}senders/", f"{SERVICES}campaigns/"
_TESTS = "tests/services/senders"
SENDERS = (
    Mutation(
        f"{_SENDERS}availability.py",
        "if status != SenderStatus.APPROVED:",
        "if status is None:",
        _TESTS,
    ),
    Mutation(f"{_SENDERS}decisions.py", "if sender.held_as and not evidence:", "if False:", _TESTS),
    Mutation(
        f"{_SENDERS}decisions.py",
        ".values(status=CampaignStatus.PAUSED, updated_at=now())",
        ".values(updated_at=now())",
        _TESTS,
    ),
    Mutation(
        f"{_SENDERS}chosen.py",
        'return (name, "") if registered else ("", NOT_REGISTERED)',
        'return name, ""',
        _TESTS,
    ),
    Mutation(
        f"{_SENDERS}chosen.py",
        "Sender.public_id == sender, Sender.account_id == account_id",
        "Sender.public_id == sender",
        _TESTS,
    ),
    Mutation(f"{_SENDERS}answerable.py", "on_top.answerable or opt_out_line:", "True:", _TESTS),
    Mutation(
        f"{SERVICES}links/opt_outs.py",
        "and (link.prepared_at is None or recipient.created_at <= link.prepared_at)",
        "",
        "tests/views/links/test_opt_out.py",
    ),
    Mutation(
        f"{SERVICES}links/opt_outs.py",
        "Account.status != AccountStatus.DELETING",
        "Account.status == AccountStatus.ACTIVE",
        "tests/views/links/test_opt_out.py",
    ),
    Mutation(
        f"{_CAMPAIGNS}preparation.py",
        "if availability.why_not(session, campaign, lock=True) is None:",
        "if True:",
        _TESTS,
    ),
)
