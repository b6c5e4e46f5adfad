"""Commands of the operator: `python -m promosms …`, or `scripts/run …`. Their table of contents."""

from promosms.cli.audit import audit
from promosms.cli.gateways import gateway, phone_link
from promosms.cli.installation import config_check, demo, migrate
from promosms.cli.ledger import ledger
from promosms.cli.privacy import privacy
from promosms.cli.processes import tick, up, worker
from promosms.cli.routes import routes
from promosms.cli.users import admin, invite_admin, reset_totp

COMMANDS = (
    up,
    worker,
    tick,
    migrate,
    demo,
    config_check,
    invite_admin,
    admin,
    reset_totp,
    gateway,
    routes,
    phone_link,
    audit,
    ledger,
    privacy,
)
