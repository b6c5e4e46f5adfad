"""Requests for a second yes: asked by the first person, refused by another, or taken back."""

from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.models import Campaign, CampaignStatus, User, YesRequest, YesState, now
from promosms.models.campaigns.yes_request import LONGEST_WHY
from promosms.services.campaigns import emails, launch, reviewed, second_yes
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.mail import notify


class NobodyElse(Exception):
    """Nobody else of the account may say yes."""


class NothingAsked(Exception):
    """There is no such request (any more): it was decided, taken back, or the text has changed."""


def others(account_id: int, by: str) -> list[User]:
    """Who may say yes to what this user (a public id) asks for."""
    return [user for user in second_yes.people(account_id) if user.public_id != by]


def ask(campaign: Campaign, by: str, price: int, people: int) -> None:
    """Ask the others for their yes to a draft, or to the new price of one that is blocked.

    `by` is the public id of who asks, `price` (1/10,000) and `people` are those of the page that
    this user has seen. Asking again, for the same, changes nothing. Raises LaunchError if it cannot
    be launched anyway, and NobodyElse.
    """
    with transaction() as session:
        session.refresh(campaign, with_for_update=True)
        _check(session, campaign, by, price)
        may = {user.public_id: user for user in second_yes.people(campaign.account_id)}
        asker = may.pop(by, None)
        if asker is None or not may:
            raise NobodyElse
        request = session.get(YesRequest, campaign.id, populate_existing=True)
        about = reviewed.digest(campaign)
        if (
            request is not None
            and request.state == YesState.ASKED
            and (request.about, request.asked_by, request.price) == (about, by, price)
        ):
            return
        if request is None:
            request = YesRequest(campaign_id=campaign.id, account_id=campaign.account_id)
            session.add(request)
        request.about, request.price, request.people = about, price, people
        request.state, request.asked_by, request.asked_at = YesState.ASKED, by, now()
        request.decided_by, request.decided_at, request.why = "", None, ""
        session.flush()
        for user in may.values():
            notify.tell_user(user, lambda: emails.second_yes_asked(campaign, request, asker.email))


def refuse(campaign: Campaign, by: str, why: str) -> None:
    """Say no to what another person has asked for. Raises NothingAsked."""
    with transaction() as session:
        request = _locked(session, campaign)
        if request.asked_by == by:
            raise NothingAsked
        request.state, request.decided_by, request.decided_at = YesState.REFUSED, by, now()
        request.why = why[:LONGEST_WHY]
        session.flush()
        people = {user.public_id: user for user in second_yes.people(campaign.account_id)}
        refuser = people[by].email if by in people else ""
        if request.asked_by in people:
            notify.tell_user(
                people[request.asked_by],
                lambda: emails.second_yes_refused(campaign, request, refuser),
            )


def take_back(campaign: Campaign, by: str) -> None:
    """Ask for nothing any more. Raises NothingAsked if it was decided, or another has asked."""
    with transaction() as session:
        request = _locked(session, campaign)
        if request.asked_by != by:
            raise NothingAsked
        session.delete(request)


def _locked(session: Session, campaign: Campaign) -> YesRequest:
    session.refresh(campaign, with_for_update=True)
    request = second_yes.of(campaign)
    if request is None or request.state != YesState.ASKED:
        raise NothingAsked
    return request


def _check(session: Session, campaign: Campaign, by: str, price: int) -> None:
    """Could it leave with a second yes? Raises LaunchError."""
    status = CampaignStatus(campaign.status)
    if status not in second_yes.WAITING or campaign.not_started:
        raise LaunchError(LaunchProblem.NOT_DRAFT)
    if status == CampaignStatus.DRAFT:
        launch.check(session, campaign, status, as_it_stands=True, confirmed_by=by)
    month = status == CampaignStatus.BLOCKED or not campaign.planned_time
    launch.check_limits(session, campaign.account_id, price, month=month)
