"""An attempt to submit a text: the outcome of each part, and the answer for the text."""

from collections.abc import Callable, Sequence

from promosms.gateways.base import Answer, ErrorClass, GatewayError, OutboundSms
from promosms.gateways.smpp import errors, receipts
from promosms.gateways.smpp.codes import Status
from promosms.gateways.smpp.frames import Frame
from promosms.gateways.smpp.pdus import name_of
from promosms.gateways.smpp.session import Broken, NoAnswer, NotSent, RequestOutcome, Session
from promosms.gateways.smpp.settings import Settings

WORST = (
    ErrorClass.UNKNOWN,
    ErrorClass.PERMANENT,
    ErrorClass.SETTINGS,
    ErrorClass.THROTTLED,
    ErrorClass.TEMPORARY,
)
"""If parts are refused with several error classes, the first of these counts."""


class Attempt:
    """The parts of a text to submit; `done` is called when all have their outcome.

    `numbers` are the part numbers, from 1. `report` is called with the answer.
    """

    __slots__ = (
        "bodies",
        "done",
        "outcomes",
        "left",
        "numbers",
        "session",
        "sms",
        "report",
        "until",
    )

    def __init__(
        self,
        sms: OutboundSms,
        bodies: Sequence[bytes],
        until: float,
        done: Callable[["Attempt"], None],
        report: Callable[[Answer], None],
    ) -> None:
        self.sms = sms
        self.numbers: Sequence[int] = range(1, len(bodies) + 1)
        if sms.taken:
            self.numbers = [number for number in self.numbers if number not in sms.taken]
            bodies = [bodies[number - 1] for number in self.numbers]
        self.bodies = bodies
        self.until = until
        self.done = done
        self.report = report
        self.session: Session | None = None
        self.outcomes: list[RequestOutcome | None] = []

    def submit(self, session: Session) -> None:
        """Hand the parts to a session."""
        self.session = session
        self.left = len(self.bodies)
        self.outcomes = [None] * self.left
        session.submit(self.bodies, self.part_done, self.until)

    def part_done(self, part: int, outcome: RequestOutcome) -> None:
        """Note the outcome of a part."""
        self.outcomes[part] = outcome
        self.left -= 1
        if not self.left:
            self.done(self)

    @property
    def unsent(self) -> bool:
        """Was nothing written? Then another session may be tried."""
        return all(isinstance(outcome, NotSent) for outcome in self.outcomes)

    def refusals(self, settings: Settings) -> list[GatewayError]:
        """Why parts were refused or not written."""
        errors_of_parts = []
        for outcome in self.outcomes:
            if isinstance(outcome, NotSent):
                errors_of_parts.append(GatewayError(ErrorClass.TEMPORARY, "not_sent"))
            elif isinstance(outcome, Frame) and outcome.status != Status.OK:
                errors_of_parts.append(errors.refusal(outcome.status, settings.errors))
        return errors_of_parts

    def answer(self, settings: Settings) -> Answer:
        """The answer for the text.

        If only some parts were taken, now or before, `taken` has their references, and the others
        can follow. If one of the others is refused permanently, the reason is "partly".
        """
        taken = dict(self.sms.taken)
        for number, outcome in zip(self.numbers, self.outcomes, strict=True):
            if isinstance(outcome, Frame) and outcome.status == Status.OK:
                taken[number] = reference(outcome, settings)
        missing = [outcome for outcome in self.outcomes if isinstance(outcome, NoAnswer)]
        if missing:
            broken = all(isinstance(outcome, Broken) for outcome in missing)
            return Answer((), ErrorClass.UNKNOWN, "no_answer", taken, broken=broken)
        refusals = self.refusals(settings)
        if not refusals:
            return Answer(tuple(taken[number] for number in sorted(taken)))
        worst = min(refusals, key=lambda error: WORST.index(error.error_class))
        partly = taken and worst.error_class is ErrorClass.PERMANENT
        worst = GatewayError(
            worst.error_class,
            "partly" if partly else worst.reason,
            taken=taken,
            opted_out=worst.opted_out,
        )
        return Answer.of(worst)


def reference(accepted: Frame, settings: Settings) -> str:
    """The reference in a submit_sm_resp."""
    return receipts.of_response(name_of(accepted.body), settings.message_id_format)
