"""Webhooks: no event is lost, none is told to others, and none reaches an own network."""

from tests.mutations.mutation import Mutation

SERVICES = "promosms/services/"
EVENTS = "tests/services/webhooks/test_events.py"
DELIVERING = "tests/services/webhooks/test_delivering.py"
ENDPOINTS = "tests/services/webhooks/test_endpoints.py"
REPORTS = "tests/services/webhooks/test_reports.py"
SANDBOX = "tests/services/webhooks/test_sandbox.py"
CLIENT = "tests/jobs/test_webhook_client.py"
PAGES = "tests/views/api/test_webhook_pages.py"
NOTING, CLAIMING = f"{SERVICES}webhooks/noting.py", f"{SERVICES}webhooks/claiming.py"
RECORDING, MADE = f"{SERVICES}webhooks/recording.py", f"{SERVICES}webhooks/endpoints.py"
SENT, HTTP = "promosms/jobs/webhooks/deliverer.py", "promosms/jobs/webhooks/client.py"

WEBHOOKS = (
    Mutation(
        f"{SERVICES}sending/recording.py",
        "        lambda: (_ended(message) for message in messages if message.id in moved),\n",
        "        lambda: (),\n",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}inbox/receipts.py",
        "        noting.note_texts(session, accounts, after, partial(_ended, changed, moved))\n",
        "",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        "        lambda: (noting.EndedText(*row[:4]) for row in skipped),\n",
        "        lambda: (),\n",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        "        noting.note(session, "
        "[recorded(account_id, suppression.id, suppression.source)])\n",
        "        pass\n",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}api/messages.py",
        "MessageStatus.CANCELLED, lambda: [ended])",
        "MessageStatus.CANCELLED, lambda: [])",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        NOTING,
        "        if text.campaign_id is not None or text.priority == Priority.API\n",
        "",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        NOTING,
        "        ENDPOINTS.c.status == EndpointStatus.ACTIVE,\n",
        "",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        NOTING,
        "        ENDPOINTS.c.sandbox.is_(sandbox),\n",
        "",
        SANDBOX,
        "sqlite",
    ),
    Mutation(
        NOTING,
        "                if endpoint.url == server\n",
        "",
        REPORTS,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}api/webhook_events.py",
        "    return {**data, **details} if each.endpoint.with_details else data",
        "    return {**data, **details}",
        EVENTS,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}api/rest32/report_calls.py",
        '            phone="" if row.delivery_url.lower().startswith(PLAIN) else row.phone,\n',
        "            phone=row.phone,\n",
        REPORTS,
        "sqlite",
    ),
    Mutation(
        CLAIMING,
        "            Account.status == AccountStatus.ACTIVE,\n",
        "",
        ENDPOINTS,
        "sqlite",
    ),
    Mutation(
        CLAIMING,
        '        .values(next_at=bindparam("lease"))\n',
        "        .values(next_at=DELIVERIES.c.next_at)\n",
        DELIVERING,
        "sqlite",
    ),
    Mutation(
        CLAIMING,
        "            or_(ENDPOINTS.c.resume_at.is_(None), ENDPOINTS.c.resume_at <= moment),\n",
        "",
        DELIVERING,
        "sqlite",
    ),
    Mutation(
        RECORDING,
        '            DELIVERIES.c.tries == bindparam("before"),\n'
        "            DELIVERIES.c.status == DeliveryStatus.WAITING,\n",
        "",
        DELIVERING,
        "sqlite",
    ),
    Mutation(
        RECORDING,
        "    if next_at > claimed.until or result.answer == GONE:\n",
        "    if result.answer == GONE:\n",
        DELIVERING,
        "sqlite",
    ),
    Mutation(
        RECORDING,
        '        return len(self.answer) == 3 and self.answer.startswith("2")',
        '        return len(self.answer) == 3 and self.answer < "4"',
        DELIVERING,
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}webhooks/watching.py",
        "            if last - since >= DISABLED_AFTER:",
        "            if now() - since >= DISABLED_AFTER:",
        ENDPOINTS,
        "sqlite",
    ),
    Mutation(
        MADE,
        "            raise AlreadyRotated\n",
        "            pass\n",
        DELIVERING.replace("delivering", "endpoints"),
        "sqlite",
    ),
    Mutation(
        f"{SERVICES}webhooks/log.py",
        "WebhookDelivery.account_id == account_id, ",
        "",
        PAGES,
    ),
    Mutation(
        SENT,
        "            allowed = self.allowed.get(endpoint_id, FIRST_OF_ONE) - self",
        "            allowed = MOST - self",
        DELIVERING,
        "sqlite",
    ),
    Mutation(
        HTTP,
        "        if not addresses.may_connect(address[0], private=self.private):\n",
        "        if False:\n",
        CLIENT,
    ),
    Mutation(
        HTTP,
        "                allow_redirects=False,\n",
        "",
        CLIENT,
    ),
    Mutation(
        f"{SERVICES}webhooks/addresses.py",
        '    if "@" in parts.netloc:\n        return AddressProblem.PASSWORD\n',
        "",
        PAGES,
    ),
    Mutation(
        MADE,
        "replace(wish, sandbox=endpoint.sandbox)",
        "wish",
        ENDPOINTS,
        "sqlite",
    ),
    Mutation(
        SENT,
        "        except Exception:  # without an answer its place would never be free again\n",
        "        except SQLAlchemyError:\n",
        DELIVERING,
        "sqlite",
    ),
    Mutation(
        SENT,
        "        if len(claimed) > 1:",
        "        if False:",
        DELIVERING,
        "sqlite",
    ),
)
