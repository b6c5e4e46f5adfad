"""Mutations: rules of money, time, opt-out, consent and tenancy that are broken one at a time."""

from tests.mutations.ab_tests import AB_TESTS
from tests.mutations.api import API
from tests.mutations.automations import AUTOMATIONS
from tests.mutations.bulk_actions import BULK_ACTIONS
from tests.mutations.clicks import CLICKS
from tests.mutations.colleagues import COLLEAGUES
from tests.mutations.consents import CONSENTS
from tests.mutations.departed import DEPARTED
from tests.mutations.estimates import ESTIMATES
from tests.mutations.imports import IMPORTS
from tests.mutations.inbox import INBOX
from tests.mutations.kinds import KINDS
from tests.mutations.money import MONEY
from tests.mutations.mutation import Mutation
from tests.mutations.opt_outs import OPT_OUT
from tests.mutations.recipients import RECIPIENTS
from tests.mutations.responses import RESPONSES
from tests.mutations.rest32 import REST32
from tests.mutations.second_yes import SECOND_YES
from tests.mutations.segments import SEGMENTS
from tests.mutations.senders import SENDERS
from tests.mutations.sign_ups import SIGN_UPS
from tests.mutations.supervisor import SUPERVISOR
from tests.mutations.tenancy import TENANCY
from tests.mutations.time import TIME
from tests.mutations.webhooks import WEBHOOKS

__all__ = ["MUTATIONS", "Mutation"]

MUTATIONS = (
    *MONEY,
    *TIME,
    *OPT_OUT,
    *CONSENTS,
    *KINDS,
    *RECIPIENTS,
    *IMPORTS,
    *SEGMENTS,
    *BULK_ACTIONS,
    *CLICKS,
    *SUPERVISOR,
    *AB_TESTS,
    *AUTOMATIONS,
    *SENDERS,
    *RESPONSES,
    *SIGN_UPS,
    *TENANCY,
    *DEPARTED,
    *API,
    *REST32,
    *WEBHOOKS,
    *INBOX,
    *COLLEAGUES,
    *SECOND_YES,
    *ESTIMATES,
)
