"""Mutations of rules about money."""

from tests.mutations.mutation import SERVICES, Mutation

MONEY = (
    Mutation(
        f"{SERVICES}inbox/direct_texts.py",
        "        _check_money(session, account.id, price)\n",
        "",
        "tests/services/inbox/test_automatic_answers.py",
    ),
    Mutation(
        f"{SERVICES}inbox/automatic_answers.py",
        "agreed_price=chosen.agreed_price,",
        "agreed_price=10**9,",
        "tests/services/inbox/test_automatic_answers.py",
    ),
    Mutation(
        f"{SERVICES}inbox/automatic_answers.py",
        "opening_hours.of(account.id).daily_limit:",
        "10**9:",
        "tests/services/inbox/test_automatic_answers.py",
    ),
    Mutation(
        f"{SERVICES}prices/public.py",
        "Range(min(known), max(known))",
        "Range(min(known), min(known))",
        "tests/views/prices/test_prices.py",
    ),
    Mutation(
        f"{SERVICES}prices/public.py",
        "self.least * number",
        "self.least * number + 1",
        "tests/views/prices/test_prices.py",
    ),
    Mutation(
        "promosms/documents/tax.py", "rate * 2 + whole", "rate * 2", "tests/documents/test_tax.py"
    ),
    Mutation(
        "promosms/documents/tax.py",
        "sign * net, sign",
        "sign * net, abs(sign)",
        "tests/documents/test_tax.py",
    ),
    Mutation(
        f"{SERVICES}payments/payments.py",
        "top_up.paid >= top_up.gross:",
        "top_up.paid >= top_up.gross - 99:",
        "tests/services/payments/test_border.py",
    ),
    Mutation(
        f"{SERVICES}payments/payments.py",
        "top_up.paid >= top_up.gross:",
        "top_up.paid > top_up.gross:",
        "tests/services/payments/test_border.py",
    ),
    Mutation(
        f"{SERVICES}ledger/ledger.py",
        "if balance < amount:",
        "if balance < amount - 1:",
        "tests/services/ledger/test_ledger.py",
    ),
    Mutation(
        f"{SERVICES}ledger/ledger.py",
        "taken = min(amount, _lock(session, account_id).balance)",
        "taken = amount",
        "tests/cards tests/services/ledger",
    ),
    Mutation(
        f"{SERVICES}ledger/ledger.py",
        '(EntryKind.RELEASE, released, f"release:{reference}")',
        '(EntryKind.CHARGE, released, f"release:{reference}")',
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}campaigns/preparation.py",
        "if total > campaign.agreed_price:",
        "if False:",
        "tests/services/sending/test_preparation.py tests/services/sending/test_prices.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/affordability.py",
        "return estimate if estimate.total > affordable else None",
        "return None",
        "tests/services/campaigns/test_affordability.py",
    ),
    Mutation(
        f"{SERVICES}sending/sweep.py",
        "Campaign.missing > 0,\n                Campaign.total_price <= Campaign.agreed_price,",
        "",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}sending/recording.py",
        "message.campaign_id, message.price, 0)",
        "message.campaign_id, message.price * message.parts, 0)",
        "tests/services/sending/test_recording.py tests/services/sending/test_story.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/repeats.py",
        " or (repeat is not None and repeat.status != CampaignStatus.DRAFT)",
        "",
        "tests/services/campaigns/test_repeats.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/repeats.py",
        "and_(has_status([MessageStatus.FAILED]), Message.reason == OUTAGE)",
        "has_status([MessageStatus.FAILED])",
        "tests/services/campaigns/test_repeats.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/follow_ups.py",
        "WHO[self.kind], ~self._has_another()]",
        "WHO[self.kind]]",
        "tests/services/campaigns/test_follow_ups.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/follow_ups.py",
        "Message.reason.not_in((OUTAGE, *HOPELESS))",
        "Message.reason.not_in(HOPELESS)",
        "tests/services/campaigns/test_follow_ups.py",
    ),
    Mutation(
        "promosms/jobs/sender.py",
        "if ill and answer.error_class is ErrorClass.PERMANENT:",
        "if ill and answer.error_class is not None:",
        "tests/services/sending/test_breaker.py",
    ),
    Mutation(
        f"{SERVICES}ledger/ledger.py",
        ".where(DirectText.message_id == message_id, DirectText.closed_at.is_(None))",
        ".where(DirectText.message_id == message_id)",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}sending/recording.py",
        "            deltas.pay_direct(message.account_id, message.id, message.price, 0)",
        "            pass",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}sending/recording.py",
        "pay_direct(message.account_id, message.id, charged, message.price - charged)",
        "paying.add(message.account_id)",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}inbox/direct_texts.py",
        "        _check_key(session, account.id, key, text)\n",
        "",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}inbox/direct_texts.py",
        "price > agreed_price",
        "price - 1 > agreed_price",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}inbox/receipts.py",
        "        ledger.settle_text(message.id, message.price, 0)\n",
        "",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}sending/sweep.py",
        "or_(Message.id.is_(None), and_(*unknown))",
        "and_(*unknown)",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/guard.py",
        "price > limit",
        "price >= limit",
        "tests/services/campaigns/test_guard.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/guard.py",
        "number * 100 > of_all * percent",
        "number * 100 >= of_all * percent",
        "tests/services/campaigns/test_guard.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/guard.py",
        "of_all >= LEAST and",
        "of_all > LEAST and",
        "tests/services/campaigns/test_guard.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/guard.py",
        "newest.c.decision != Decision.OTHER",
        "newest.c.decision != Decision.STOP",
        "tests/services/campaigns/test_guard.py",
    ),
    Mutation(
        f"{SERVICES}ledger/spending.py",
        "-LedgerEntry.amount - LedgerEntry.held",
        "-LedgerEntry.amount",
        "tests/services/campaigns/test_guard.py",
    ),
    Mutation(
        f"{SERVICES}ledger/spending.py",
        "int(spent or 0) + account.held",
        "int(spent or 0)",
        "tests/services/campaigns/test_guard.py",
    ),
    Mutation(
        f"{SERVICES}ledger/spending.py",
        "committed(session, account) + amount - limit, 0",
        "committed(session, account) - limit, 0",
        "tests/services/campaigns/test_guard.py",
    ),
)
