"""Launch, pause, resume and cancel a campaign."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AbTest,
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Message,
    MessageStatus,
    now,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import (
    ab_tests,
    audience,
    estimating,
    follow_ups,
    guard,
    kinds,
    second_yes,
    text_cost,
)
from promosms.services.campaigns.campaigns import may_be_forgotten
from promosms.services.campaigns.draft_versions import forget as forget_versions
from promosms.services.campaigns.launch_problems import OF_SENDERS, OVER, LaunchError, LaunchProblem
from promosms.services.campaigns.reviewed import require_same
from promosms.services.gateways import routing
from promosms.services.links import links
from promosms.services.senders import answerable, availability
from promosms.services.sending import withdrawal
from promosms.services.webhooks import noting
from promosms.sms import personalise, segments
from promosms.sms.transliterate import tidy

IN_VAIN = 20  # launches within an hour from which no text has left
HOUR = timedelta(hours=1)


def launch(
    campaign: Campaign,
    agreed_price: int,
    *,
    as_it_stands: bool = False,
    service_confirmed_by: str = "",
    reviewed: int | None = None,
    by: str | None = "",
    seen: str = "",
    before: CampaignStatus = CampaignStatus.DRAFT,
    only_if: ColumnElement[bool] | None = None,
    **values: object,
) -> None:
    """Start preparing a draft. `agreed_price` (1/10,000) is the price on the review page.

    With an A/B test its parts are started first. Launched again after that, it gets the better text
    and goes to the others.

    A text with placeholders of other programs is sent only `as_it_stands`: the user was asked.
    `service_confirmed_by` is the public id of the user who has said that a service text with words
    of promotions is none; it is kept, with the time.
    `reviewed` is the number of recipients on the review page, with those who are left out.
    `by` is the public id of the user who sends it: above an amount another one must have asked for
    this yes. It is empty for programs, and None if the price was agreed to earlier.
    `seen` is the digest of what was reviewed (`reviewed.digest`): nothing else is launched.
    One that was scheduled is launched from another status, `before`, and perhaps `only_if` its
    stored row still meets a condition; `values` are further columns.
    Raises LaunchError. A second launch raises NOT_DRAFT and changes nothing.
    """
    reached = campaign.status != before or audience.has_anybody(campaign)
    test = ab_tests.of(campaign)
    begins = test is not None and test.begun_at is None
    with transaction() as session:
        require_same(session, campaign, seen)
        confirmed_by = service_confirmed_by
        count = check(
            session, campaign, before, as_it_stands=as_it_stands, confirmed_by=confirmed_by
        )
        check_limits(session, campaign.account_id, agreed_price)
        if by is not None:
            second_yes.require(session, campaign, agreed_price, by)
        if begins and agreed_price > session.get_one(Account, campaign.account_id).balance:
            raise LaunchError(LaunchProblem.AB_MONEY)
        set_status(
            session,
            campaign,
            [before],
            CampaignStatus.COMPARING if begins else CampaignStatus.PREPARING,
            LaunchProblem.NOT_DRAFT,
            only_if,
            launched_at=now(),
            count_at=now(),
            agreed_price=agreed_price,
            audience=count if reviewed is None else min(count, reviewed),
            cursor=0,
            **confirmation(campaign, confirmed_by),
            **values,
        )
        forget_versions(session, campaign.id)
        estimating.forget(session, campaign.id)
        second_yes.forget(session, campaign.id)
        _check_trial(session, campaign)
        if test is not None and not ab_tests.go_on(session, campaign, begins=begins):
            raise LaunchError(LaunchProblem.PRICE_CHANGED)
        if not reached:
            raise LaunchError(LaunchProblem.NO_AUDIENCE)
        if _in_vain(session, campaign.account_id) >= IN_VAIN:
            raise LaunchError(LaunchProblem.TOO_MANY)


def check(
    session: Session,
    campaign: Campaign,
    before: CampaignStatus,
    *,
    as_it_stands: bool,
    confirmed_by: str,
) -> int:
    """Can it be launched, or scheduled, now? Returns how many recipients it has, or raises
    LaunchError. `confirmed_by` has said that a service text is no promotion."""
    account = session.get_one(Account, campaign.account_id)
    if account.status != AccountStatus.ACTIVE:
        raise LaunchError(LaunchProblem.SUSPENDED)
    if campaign.status != before:
        raise LaunchError(LaunchProblem.NOT_DRAFT)
    test = ab_tests.of(campaign)
    for text in (campaign.text, test.text_b) if test else (campaign.text,):
        check_text(text, short_links=campaign.short_links)
        if text_cost.foreign(text) and not as_it_stands:
            raise LaunchError(LaunchProblem.FOREIGN_PLACEHOLDER)
        _check_kind(campaign, text, confirmed_by)
    if problem := _test_problem(campaign, test):
        raise LaunchError(problem)
    if routing.gateway_for(campaign.route_id) is None:
        raise LaunchError(LaunchProblem.NO_GATEWAY)
    if follow_ups.too_late(campaign):
        raise LaunchError(LaunchProblem.FOLLOW_UP_TOO_LATE)
    if problem := sender_problem(session, campaign):
        raise LaunchError(problem)
    count = audience.count(campaign)
    if count == 0:
        raise LaunchError(LaunchProblem.NO_AUDIENCE)
    return count


def sender_problem(session: Session, campaign: Campaign) -> LaunchProblem | None:
    """Why a draft cannot be launched under its sender: it may not, or nobody could opt out."""
    problem = availability.why_not(session, campaign)
    if problem is not None:
        return OF_SENDERS[problem]
    return LaunchProblem.NAME_NEEDS_WAY_OUT if answerable.lacks_way_out(campaign) else None


def check_text(text: str, *, short_links: bool = False) -> None:
    """Raise LaunchError for a text that must not be sent."""
    if not text.strip():
        raise LaunchError(LaunchProblem.EMPTY_TEXT)
    if personalise.unknown(text, audience.placeholders()):
        raise LaunchError(LaunchProblem.UNKNOWN_PLACEHOLDER)
    written = links.shortened(tidy(text)) if short_links else text
    if segments.measure(written).parts > segments.MAX_PARTS:
        raise LaunchError(LaunchProblem.TOO_LONG)


def check_limits(session: Session, account_id: int, price: int, *, month: bool = True) -> None:
    """Raise LaunchError for a campaign that costs more than the account wants to spend."""
    account = session.get_one(Account, account_id)
    reason = guard.over_limit(session, account, price, month=month)
    if reason is not None:
        raise LaunchError(OVER[reason])


def _test_problem(campaign: Campaign, test: AbTest | None) -> LaunchProblem | None:
    """Why a campaign cannot be launched with its A/B test, or after it."""
    if test is None:
        return None
    if test.begun_at is None:
        return LaunchProblem.AB_UNMEASURABLE if ab_tests.unmeasurable(campaign, test) else None
    # Who has got one of both texts may not be known any more.
    too_late = any(map(may_be_forgotten, ab_tests.parts(test)))
    return LaunchProblem.AB_TOO_LATE if too_late else None


def _check_kind(campaign: Campaign, text: str, confirmed_by: str) -> None:
    """Raise LaunchError for what the kind of a text forbids."""
    kind = campaign.kind
    if kinds.lacks_way_out(kind, text, opt_out_line=campaign.opt_out_line):
        raise LaunchError(LaunchProblem.NO_WAY_OUT)
    if kinds.promotion_words_in(kind, text) and not confirmed_by:
        raise LaunchError(LaunchProblem.LIKE_PROMOTION)


def promotion_words(campaign: Campaign) -> tuple[str, ...]:
    """The words of promotions in a service text, also in the second one of an A/B test."""
    test = ab_tests.of(campaign)
    texts = (campaign.text, test.text_b) if test else (campaign.text,)
    found = [word for text in texts for word in kinds.promotion_words_in(campaign.kind, text)]
    return tuple(dict.fromkeys(found))


def confirmation(campaign: Campaign, by: str) -> dict[str, object]:
    """What is kept of who has confirmed that a service text is no promotion, if it was asked."""
    if campaign.service_confirmed_by or not promotion_words(campaign):
        return {}
    return {"service_confirmed_by": by, "service_confirmed_at": now()}


def pause(campaign: Campaign) -> None:
    """Stop sending after the messages that are being submitted now."""
    with transaction() as session:
        set_status(
            session, campaign, [CampaignStatus.SENDING], CampaignStatus.PAUSED, stopped_why=""
        )


def resume(campaign: Campaign, by: str = "") -> None:
    """Continue a paused campaign, or try a blocked one again at its current price.

    Resuming a blocked campaign agrees to the price that its preparation found; above an amount of
    the account that takes two people, of whom `by` is the second one (a public id, or empty). The
    price is held after the next preparation. One that was scheduled and has not started is started
    by `schedule.start_now`.
    """
    with transaction() as session:
        account = session.get_one(Account, campaign.account_id)
        if account.status != AccountStatus.ACTIVE:
            raise LaunchError(LaunchProblem.SUSPENDED)
        if routing.gateway_for(campaign.route_id) is None:
            raise LaunchError(LaunchProblem.NO_GATEWAY)
        if campaign.status == CampaignStatus.BLOCKED and campaign.not_started:
            raise LaunchError(LaunchProblem.NOT_RUNNING)
        seen = guard.passed(campaign)
        check_sender(session, campaign, lock=True)
        if campaign.status == CampaignStatus.BLOCKED:
            check_limits(session, account.id, campaign.total_price)
            if campaign.total_price > campaign.agreed_price:
                second_yes.require(session, campaign, campaign.total_price, by)
            set_status(
                session,
                campaign,
                [CampaignStatus.BLOCKED],
                CampaignStatus.PREPARING,
                agreed_price=campaign.total_price,
                missing=0,
                send_at=None,  # the user starts it: it cannot be too late any more
                stopped_why="",
                guard_passed=seen,
            )
            return
        set_status(
            session,
            campaign,
            [CampaignStatus.PAUSED],
            CampaignStatus.SENDING,
            stopped_why="",
            guard_passed=seen,
            held_until=None,
        )
        # Adds 0: as a running campaign it counts its own messages.
        take_from_trial(session, campaign.account_id, 0)


def cancel(campaign: Campaign) -> None:
    """Send nothing more. Messages that a gateway already has cannot be stopped.

    While two texts are compared, this ends both of them too.
    """
    with transaction() as session:
        test = ab_tests.of(campaign) if campaign.status == CampaignStatus.COMPARING else None
        _cancel(session, campaign)
        for part in ab_tests.parts(test) if test else ():
            if part.status in CampaignStatus.OPEN:
                _cancel(session, part)


def _cancel(session: Session, campaign: Campaign) -> None:
    set_status(session, campaign, CampaignStatus.OPEN, CampaignStatus.CANCELLED, finished_at=now())
    withdrawal.withdraw(
        session, Message.campaign_id == campaign.id, campaign.id, MessageStatus.CANCELLED
    )
    ended = [(campaign.account_id, campaign.id)]
    noting.note_campaigns(session, ended, CampaignStatus.CANCELLED)


def check_sender(session: Session, campaign: Campaign, *, lock: bool = False) -> None:
    """The name may have been taken back since it was chosen."""
    problem = availability.why_not(session, campaign, lock=lock)
    if problem is not None:
        raise LaunchError(OF_SENDERS[problem])


def _check_trial(session: Session, campaign: Campaign) -> None:
    """A trial allows guests only, and a number of texts a day; the preparation checks again."""
    guests = trial.may_text(session.get_one(Account, campaign.account_id))
    if guests is None:
        return
    count = audience.count_of(campaign, guests)
    if not count:
        raise LaunchError(LaunchProblem.TRIAL_GUESTS)
    take_from_trial(session, campaign.account_id, count)


def _in_vain(session: Session, account_id: int) -> int:
    """How many campaigns of the last hour are blocked or have ended, without one text sent.

    Each of them may have written a row for every recipient, and has cost nothing.
    """
    sent = [
        *(Campaign.n_sending, Campaign.n_sent, Campaign.n_delivered, Campaign.n_undelivered),
        *(Campaign.n_expired, Campaign.n_failed, Campaign.n_unknown),
    ]
    return session.scalars(
        select(func.count()).where(
            Campaign.account_id == account_id,
            Campaign.launched_at > now() - HOUR,
            Campaign.status.in_(CampaignStatus.FINAL | {CampaignStatus.BLOCKED}),
            *(counter == 0 for counter in sent),
        )
    ).one()


def take_from_trial(session: Session, account_id: int, number: int) -> None:
    """Count so many texts of an account on trial. Raises LaunchError."""
    try:
        trial.take(session, account_id, number)
    except trial.DayIsFull as error:
        raise LaunchError(LaunchProblem.TRIAL_DAY) from error


def set_status(
    session: Session,
    campaign: Campaign,
    before: Collection[CampaignStatus],
    after: CampaignStatus,
    problem: LaunchProblem = LaunchProblem.NOT_RUNNING,
    only_if: ColumnElement[bool] | None = None,
    /,
    **values: object,
) -> None:
    """Change the status if it is one of those `before`, and `only_if` a condition holds; else raise
    LaunchError(problem)."""
    condition = true() if only_if is None else only_if
    change = (
        update_rows(Campaign)
        .where(Campaign.id == campaign.id, Campaign.status.in_(before), condition)
        .values(status=after, updated_at=now(), **values)
        .returning(Campaign.id)
    )
    try:
        changed = session.execute(change).all()
    except IntegrityError as error:  # another follow-up of the same kind is being prepared
        raise LaunchError(LaunchProblem.FOLLOW_UP_IN_TURN) from error
    if not changed:
        raise LaunchError(problem)
    db.session.refresh(campaign)
