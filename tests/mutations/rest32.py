"""Mutations of rules about plug-ins for PromoSMS."""

from tests.mutations.mutation import SERVICES, Mutation

FOLDER = "tests/views/rest32/"
LOGINS, SMS = f"{FOLDER}test_logins.py", f"{FOLDER}test_sms.py"
FIELDS, REPORTS = f"{FOLDER}test_fields.py", "tests/services/api/rest32/test_sending.py"
REST32 = (
    Mutation(
        f"{SERVICES}api/rest32/logins.py",
        "    if locked[0] or (locked[1] and not expected):",
        "    if locked[0]:",
        LOGINS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/logins.py",
        "lock_out.count((here, theirs))",
        "lock_out.count((theirs,))",
        LOGINS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/logins.py",
        "User.email == email, User.account_id == account_id",
        "User.email == email",
        LOGINS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/logins.py",
        "    if not keys.works(known.key):",
        "    if False:",
        LOGINS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/reports.py",
        "            ApiMessage.account_id == key.account_id,\n",
        "",
        REPORTS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/reports.py",
        "ApiMessage.created_at < until",
        "ApiMessage.created_at <= until",
        REPORTS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/sending.py",
        "    done |= _skipped(found.batch)\n",
        "",
        SMS,
    ),
    Mutation(
        f"{SERVICES}api/accepting.py",
        "isinstance(each, Refused) and each.code not in OF_RECIPIENT",
        "False",
        SMS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/requests.py",
        "    if number not in offered:",
        "    if False:",
        FIELDS,
    ),
    Mutation(
        f"{SERVICES}api/rest32/requests.py",
        "(segments.MAX_PARTS if asked.long_sms else 1)",
        "segments.MAX_PARTS",
        FIELDS,
    ),
)
