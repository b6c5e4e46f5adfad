"""Mutations of rules about time."""

from tests.mutations.mutation import SERVICES, Mutation

TIME = (
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
