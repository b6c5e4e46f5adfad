"""Mutations of rules about time."""

from tests.mutations.mutation import SERVICES, Mutation

TIME = (
    Mutation(
        f"{SERVICES}sending/validity.py",
        "tried_before = ROWS.c.tried_at < ROWS.c.submitted_at",
        "tried_before = ROWS.c.attempts > 2",
        "tests/services/sending/test_validity.py",
    ),
    Mutation(
        f"{SERVICES}sending/validity.py",
        "max(0, -((moment - tried_at - whole) // MINUTE))",
        "max(0, (whole - (moment - tried_at)) // MINUTE)",
        "tests/services/sending/test_validity.py",
    ),
    Mutation(
        f"{SERVICES}sending/validity.py",
        "{key: max(1, minutes) for key, minutes in left_of.items()}",
        "left_of",
        "tests/services/sending/test_validity.py",
    ),
    Mutation(
        f"{SERVICES}sending/claiming.py",
        f"{' ' * 12}refused[validity.TOO_LATE] = ended",  # of campaigns
        f"{' ' * 12}pass",
        "tests/services/sending/test_validity.py",
    ),
    Mutation(
        f"{SERVICES}sending/holding.py",
        "opening = quiet_hours.opens(country, phone, max(shown, moment), wide=wide)",
        "opening = quiet_hours.opens(country, phone, max(shown, moment), wide=True)",
        "tests/services/sending/test_quiet_hours.py",
    ),
    Mutation(
        "promosms/sms/quiet_hours/rules.py",
        "NIGHT if wide and is_advice(country) else _known(country)",
        "NIGHT if wide else _known(country)",
        "tests/sms/quiet_hours/test_hours.py",
    ),
    Mutation(
        f"{SERVICES}sending/own_clocks.py",
        "return max(wall_clock.moment(wall, zone) for zone in places)",
        "return min(wall_clock.moment(wall, zone) for zone in places)",
        "tests/services/sending/test_departures.py",
    ),
    Mutation(
        f"{SERVICES}sending/holding.py",
        "return opening or (shown if shown > moment else None)",
        "return opening",
        "tests/services/sending/test_departures.py",
    ),
    Mutation(
        f"{SERVICES}sending/pace.py",
        "if note[1] > since]",
        "if note[0] > since]",
        "tests/services/sending/test_pace.py",
    ),
    Mutation(
        f"{SERVICES}sending/pace.py",
        "at - recent[-1][0] < pace.seconds / NOTES",
        "at - recent[-1][1] < pace.seconds / NOTES",
        "tests/services/sending/test_pace.py",
    ),
    Mutation(
        f"{SERVICES}sending/holding.py",
        "until = max(filter(None, (closed, full)), default=None)",
        "until = closed",
        "tests/services/sending/test_departures.py",
    ),
    Mutation(
        f"{SERVICES}privacy/persons.py",
        "true() if before is None else column <= before",
        "true()",
        "tests/services/privacy/test_persons.py",
    ),
    Mutation(
        f"{SERVICES}sending/sweep.py",
        "UNSETTLED = timedelta(hours=72)",
        "UNSETTLED = timedelta(hours=70)",
        "tests/services/sending/test_claiming.py",
    ),
    Mutation(
        f"{SERVICES}sending/sweep.py",
        "CONTINUED = timedelta(hours=24)",
        "CONTINUED = timedelta(hours=26)",
        "tests/services/sending/test_sweep.py",
    ),
    Mutation(
        f"{SERVICES}inbox/gateway_inbox.py",
        "OLDEST = timedelta(hours=72)",
        "OLDEST = timedelta(hours=48)",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}auth/email_links.py",
        "RESET: timedelta(hours=1)",
        "RESET: timedelta(hours=2)",
        "tests/services/auth tests/views/auth",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}auth/reauthentication.py",
        "VALID = timedelta(minutes=5)",
        "VALID = timedelta(minutes=9)",
        "tests/services/auth tests/views/auth",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}auth/sessions.py",
        "timedelta(minutes=idle)",
        "timedelta(hours=idle)",
        "tests/views/auth/test_session_limits.py",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}inbox/direct_texts.py",
        "wrote_at <= now() - ANSWERABLE",
        "wrote_at <= now() - ANSWERABLE - timedelta(seconds=2)",
        "tests/services/inbox/test_direct_texts.py",
    ),
)
