"""Mutations of rules about programs: once, money, opt-outs, keys, tenancy."""

from tests.mutations.mutation import SERVICES, Mutation

ONCE = "tests/services/api/test_once.py"
TEXTS = "tests/views/api/test_messages.py"
GROUPS = "tests/services/api/test_groups.py"
BATCHES = "tests/services/api/test_batches.py"
PEOPLE = "tests/views/api/test_recipients.py"
TIMES = "tests/views/api/test_campaign_times.py"
LISTS = "tests/views/api/test_lists.py"
TEMPLATES = "tests/views/api/test_templates.py"
CALLERS = "tests/views/api/test_callers.py"

API = (
    Mutation(
        f"{SERVICES}api/idempotency.py",
        "    row = done.get(one.name)\n",
        "    row = None\n",
        ONCE,
    ),
    Mutation(
        f"{SERVICES}api/idempotency.py",
        " if row.fingerprint == one.fingerprint else OtherRequest()",
        "",
        ONCE,
    ),
    Mutation(
        f"{SERVICES}api/idempotency.py",
        "            raise InProgress\n        _busy.add(one.name)\n",
        "            pass\n        _busy.add(one.name)\n",
        ONCE,
    ),
    Mutation(
        f"{SERVICES}api/idempotency.py",
        "found[row.account_id, row.sandbox, row.key_hash] = row",
        "found |= {(row.account_id, kind, row.key_hash): row for kind in (False, True)}",
        ONCE,
    ),
    Mutation(
        f"{SERVICES}api/idempotency.py",
        "    if one.name not in free:",
        "    if False:",
        ONCE,
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}api/idempotency.py",
        "    if one is not None:\n        with",
        "    if False:\n        with",
        ONCE,
    ),
    Mutation(
        f"{SERVICES}api/accepting.py",
        '        "next_attempt_at": composed.send_at,\n',
        "",
        TEXTS,
    ),
    Mutation(f"{SERVICES}api/accepting.py", "        if not written:", "        if True:", GROUPS),
    Mutation(f"{SERVICES}api/accepting.py", "        if not written:", "        if False:", GROUPS),
    Mutation(
        f"{SERVICES}api/deciding.py",
        "        if source is not None:\n",
        "        if False:\n",
        GROUPS,
    ),
    Mutation(f"{SERVICES}api/deciding.py", "        self.taken += composed.price\n", "", GROUPS),
    Mutation(f"{SERVICES}api/deciding.py", "        self.texts += 1\n", "", GROUPS),
    Mutation(
        f"{SERVICES}api/deciding.py",
        "self.committed + self.taken + price",
        "self.committed + price",
        GROUPS,
    ),
    Mutation(
        f"{SERVICES}api/deciding.py",
        "self.account.status != AccountStatus.ACTIVE",
        "False",
        GROUPS,
    ),
    Mutation(
        f"{SERVICES}api/messages.py",
        "found = {(row.account_id, row.id): text",
        "found = {(account, row.id): text for account in accounts",
        GROUPS,
    ),
    Mutation(
        f"{SERVICES}ledger/text_holds.py",
        "        sums[account_id] += amount\n",
        "        sums[account_id] = amount\n",
        GROUPS,
    ),
    Mutation(
        f"{SERVICES}ledger/balances.py",
        "sorted(later.items(), key=itemgetter(0))",
        "later.items()",
        "tests/services/ledger/test_balances.py",
    ),
    Mutation(
        f"{SERVICES}sending/counters.py",
        "balances.in_order(session) if several else nullcontext()",
        "nullcontext()",
        "tests/services/ledger/test_balances.py",
    ),
    Mutation(
        "promosms/lib/together.py",
        "        return (asked.answers or self.work([question]))[0]",
        "        return asked.answers[0]",
        "tests/lib/test_together.py",
    ),
    Mutation(
        "promosms/lib/together.py",
        "if not self._working:",
        "if True:",
        "tests/lib/test_together.py",
    ),
    Mutation(
        "promosms/web/api/room.py",
        "        with self.others:\n",
        "        if True:\n",
        "tests/views/api/test_room.py",
    ),
    Mutation(
        f"{SERVICES}api/composing.py",
        "if wish.max_price is not None and price > wish.max_price:",
        "if False:",
        TEXTS,
    ),
    Mutation(
        f"{SERVICES}api/messages.py",
        "        ledger.settle_text(text.number, 0, cancelled.price)\n",
        "",
        TEXTS,
    ),
    Mutation(
        f"{SERVICES}api/messages.py",
        "(found.get((asked.account_id, number)) for number in asked.numbers)",
        "(text for (_, number), text in found.items() if number in asked.numbers)",
        GROUPS,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}api/messages.py",
        "    if text.of_batch:\n        raise OfBatch\n",
        "",
        BATCHES,
    ),
    Mutation(
        f"{SERVICES}api/batches.py",
        "        if source is not None:\n            reason = reason_of(source)\n"
        "        elif guests",
        "        if guests",
        BATCHES,
    ),
    Mutation(
        f"{SERVICES}api/batches.py",
        '        if number.e164 in self.numbers:\n            raise Refused(Refusal.TWICE, "to")\n',
        "",
        BATCHES,
    ),
    Mutation(
        f"{SERVICES}api/batches.py",
        "        ledger.hold(campaign.account_id, campaign.id, campaign.total_price)\n",
        "",
        BATCHES,
    ),
    Mutation(
        f"{SERVICES}api/batches.py",
        "        held_until=batch.send_at,\n",
        "",
        BATCHES,
    ),
    Mutation(
        f"{SERVICES}api/campaign_drafts.py",
        "            Campaign.account_id == key.account_id,\n",
        "",
        "tests/views/api/test_campaigns.py",
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}api/campaign_drafts.py",
        "        if unknown:\n",
        "        if False:\n",
        "tests/views/api/test_campaigns.py",
    ),
    Mutation(
        f"{SERVICES}api/campaign_times.py",
        "        if campaign.status != CampaignStatus.DRAFT:\n"
        "            raise LaunchError(LaunchProblem.NOT_DRAFT)\n",
        "",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}api/campaign_times.py",
        "schedule.schedule(campaign, agreed.price,",
        "schedule.schedule(campaign, 10 * agreed.price,",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}api/campaign_times.py",
        "        idempotency.begin(session, once)\n        db.session.refresh(campaign, "
        "with_for_update=True)\n        if campaign.status != CampaignStatus.SCHEDULED:",
        "        db.session.refresh(campaign, with_for_update=True)\n"
        "        if campaign.status != CampaignStatus.SCHEDULED:",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}api/campaign_times.py",
        "        if campaign.each_clock and time.send_at is not None:",
        "        if False:",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}api/campaign_times.py",
        "    schedule.check_moment(send_at)\n",
        "",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}api/campaign_times.py",
        "    at += MINUTE if at < begun else timedelta()\n",
        "",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}api/campaign_times.py",
        "    if wall_clock.moment(wall, zone) == at:\n",
        "    if True:\n",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}campaigns/schedule.py",
        "    check_moment(at)\n    return at",
        "    return at",
        TIMES,
    ),
    Mutation(
        f"{SERVICES}api/lists.py",
        "        RecipientList.account_id == key.account_id, RecipientList.public_id",
        "        RecipientList.public_id",
        LISTS,
    ),
    Mutation(
        f"{SERVICES}api/lists.py",
        "query = select(columns.id, column).where(columns.account_id == account_id)",
        "query = select(columns.id, column)",
        LISTS,
    ),
    Mutation(
        f"{SERVICES}api/lists.py",
        "        if errors := [*wrong, *unknown]:\n"
        "            raise UnknownPeople(sorted(errors, "
        "key=lambda one: (one.member, one.place)))\n",
        "",
        LISTS,
    ),
    Mutation(
        f"{SERVICES}api/lists.py",
        "        if (sent_by or joined_by) and not confirmed:",
        "        if False:",
        LISTS,
    ),
    Mutation(
        f"{SERVICES}api/lists.py",
        ">= lists.MOST_LISTS:",
        "> lists.MOST_LISTS:",
        LISTS,
    ),
    Mutation(
        f"{SERVICES}api/lists.py",
        "    except IntegrityError:",
        "    except ZeroDivisionError:",
        "tests/services/api/test_changes_at_once.py",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}api/templates.py",
        "        CampaignTemplate.account_id == key.account_id, CampaignTemplate.public_id",
        "        CampaignTemplate.public_id",
        TEMPLATES,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "        Recipient.account_id == key.account_id, Recipient.public_id == public_id\n",
        "        Recipient.public_id == public_id\n",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "    query, column = select(Recipient).where(Recipient.account_id == key.account_id),",
        "    query, column = select(Recipient),",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "        RecipientList.account_id == account_id, RecipientList.public_id",
        "        RecipientList.public_id",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "        opt_outs.skip_promotions(session, waiting)\n",
        "        pass\n",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "    if basis.given and consents.withdrawn_since(person, basis.day):\n        return\n",
        "",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "    if wish.basis is not None and wish.basis.given:\n        _check",
        "    if False:\n        _check",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "        values = {name: value for name, value in values.items() if not before[name]}\n",
        "        pass\n",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "    if kept[name] and not field_values.fits",
        "    if False and not field_values.fits",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/people.py",
        "            row.phone in out,\n",
        "            False,\n",
        PEOPLE,
    ),
    Mutation(
        f"{SERVICES}api/keys.py",
        "    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now())",
        "    return key.revoked_at is None",
        CALLERS,
    ),
    Mutation(
        "promosms/web/api/caller.py",
        "    if known is None or not keys.works(known.key):",
        "    if known is None:",
        CALLERS,
    ),
    Mutation(
        "promosms/web/api/caller.py",
        "    if status == AccountStatus.DELETING:",
        "    if False:",
        CALLERS,
    ),
    Mutation(
        "promosms/web/api/caller.py",
        "    if scope is not None and scope not in keys.scopes_of(found):",
        "    if False:",
        CALLERS,
    ),
    Mutation(
        "promosms/web/api/caller.py",
        '    if not keys.may_come_from(found, request.remote_addr or ""):',
        "    if False:",
        CALLERS,
    ),
    Mutation(
        "promosms/web/api/exposure.py",
        "        keys.revoke_exposed(in_address)\n",
        "        pass\n",
        CALLERS,
    ),
    Mutation(
        f"{SERVICES}sending/claiming.py",
        "    for after in dict.fromkeys((claim.to_one_after, 0)):",
        "    for after in (0,):",
        "tests/services/api/test_turns.py",
    ),
    Mutation(
        f"{SERVICES}sending/claiming.py",
        "    if ended := validity.over(allowed, left):\n"
        "        refused[validity.TOO_LATE] = ended\n"
        "        allowed = [row for row in allowed if row[0] not in ended]\n    _skip",
        "    _skip",
        TEXTS,
    ),
)
