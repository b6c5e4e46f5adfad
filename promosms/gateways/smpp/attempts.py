"""A text on its way: what became of its parts, and what that means for the whole."""

from collections.abc import Callable, Sequence

from promosms.gateways.base import Answer, GatewayError, OutboundSms, Trouble
from promosms.gateways.smpp import errors, receipts
from promosms.gateways.smpp.codes import Status
from promosms.gateways.smpp.frames import Frame
from promosms.gateways.smpp.pdus import name_of
from promosms.gateways.smpp.session import Fate, NoAnswer, NotSent, Session
from promosms.gateways.smpp.settings import Settings

WORST = (
    Trouble.UNKNOWN,
    Trouble.PERMANENT,
    Trouble.SETTINGS,
    Trouble.THROTTLED,
    Trouble.TEMPORARY,
)
"""Of several refusals the one counts whose trouble stands first."""


class Attempt:
    """The parts of a text that are to be submitted; `done` is called when each has its fate.

    `numbers` are those of the parts, from 1. `tell` is for the answer.
    """

    __slots__ = ("bodies", "done", "fates", "left", "numbers", "session", "sms", "tell", "until")

    def __init__(
        self,
        sms: OutboundSms,
        bodies: Sequence[bytes],
        until: float,
        done: Callable[["Attempt"], None],
        tell: Callable[[Answer], None],
    ) -> None:
        self.sms = sms
        self.numbers: Sequence[int] = range(1, len(bodies) + 1)
        if sms.taken:
            self.numbers = [number for number in self.numbers if number not in sms.taken]
            bodies = [bodies[number - 1] for number in self.numbers]
        self.bodies = bodies
        self.until = until
        self.done = done
        self.tell = tell
        self.session: Session | None = None
        self.fates: list[Fate | None] = []

    def submit(self, session: Session) -> None:
        """Hand the parts to a session."""
        self.session = session
        self.left = len(self.bodies)
        self.fates = [None] * self.left
        session.submit(self.bodies, self.told, self.until)

    def told(self, part: int, fate: Fate) -> None:
        """What became of a part."""
        self.fates[part] = fate
        self.left -= 1
        if not self.left:
            self.done(self)

    @property
    def unsent(self) -> bool:
        """Was nothing of it written, so that another session may be tried?"""
        return all(isinstance(fate, NotSent) for fate in self.fates)

    def refusals(self, settings: Settings) -> list[GatewayError]:
        """Why parts were refused, or not even written."""
        found = []
        for fate in self.fates:
            if isinstance(fate, NotSent):
                found.append(GatewayError(Trouble.TEMPORARY, "not_sent"))
            elif isinstance(fate, Frame) and fate.status != Status.OK:
                found.append(errors.refusal(fate.status, settings.errors))
        return found

    def answer(self, settings: Settings) -> Answer:
        """What the fates mean for the text.

        Where only some parts were taken, now or before, their references stand in `taken`, so
        that the others can follow; unless one of those is refused for good ("partly").
        """
        taken = dict(self.sms.taken)
        for number, fate in zip(self.numbers, self.fates, strict=True):
            if isinstance(fate, Frame) and fate.status == Status.OK:
                taken[number] = reference(fate, settings)
        if any(isinstance(fate, NoAnswer) for fate in self.fates):
            return Answer(trouble=Trouble.UNKNOWN, reason="no_answer", taken=taken)
        refusals = self.refusals(settings)
        if not refusals:
            return Answer(tuple(taken[number] for number in sorted(taken)))
        worst = min(refusals, key=lambda one: WORST.index(one.trouble))
        partly = taken and worst.trouble is Trouble.PERMANENT
        worst = GatewayError(
            worst.trouble,
            "partly" if partly else worst.reason,
            taken=taken,
            opted_out=worst.opted_out,
        )
        return Answer.of(worst)


def reference(accepted: Frame, settings: Settings) -> str:
    """The reference in a submit_sm_resp."""
    return receipts.of_answer(name_of(accepted.body), settings.ids)
