"""The text of a draft, sent to the number of the user who writes it."""

from promosms.db.transactions import transaction
from promosms.models import Account, AccountStatus, Campaign, Message, Priority
from promosms.services.accounts import trial
from promosms.services.campaigns import audience, launch
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.gateways import routing
from promosms.services.ledger import ledger
from promosms.services.links import links
from promosms.services.prices import prices
from promosms.services.senders import answerable, chosen
from promosms.sms import segments
from promosms.sms.phone import country_of


def send(campaign: Campaign, phone: str) -> Message:
    """Send the text of the campaign's first recipient to the user's own number.

    Raises LaunchError and InsufficientBalance.
    """
    launch.check_text(campaign.text, short_links=campaign.short_links)
    shown = audience.render(campaign, next(iter(audience.sample(campaign, 1)), None))
    writer = links.writer(campaign, opt_out=answerable.has_link(campaign))
    [text] = writer.write([shown], [links.NOBODY])
    measure = segments.measure(text)
    if measure.parts > segments.MAX_PARTS:
        raise LaunchError(LaunchProblem.TOO_LONG)
    country = country_of(phone) or ""
    price = prices.price_list(campaign.route_id, campaign.account_id).of(country, phone)
    if price is None:
        raise LaunchError(LaunchProblem.NO_PRICE)
    on_top = chosen.of(campaign.route_id, campaign.sender_id)
    sender, unreachable = on_top.by_country()(country)
    if unreachable:
        raise LaunchError(LaunchProblem.NAME_NOT_HERE)
    with transaction() as session:
        account = session.get_one(Account, campaign.account_id)
        launch.check_sender(session, campaign)
        gateway = routing.gateway_for(campaign.route_id, country)
        if account.status != AccountStatus.ACTIVE:
            raise LaunchError(LaunchProblem.SUSPENDED)
        if gateway is None:
            raise LaunchError(LaunchProblem.NO_GATEWAY)
        guests = trial.may_text(account)
        if guests is not None and phone not in guests:
            raise LaunchError(LaunchProblem.TRIAL_GUESTS)
        launch.take_from_trial(session, account.id, 1)
        message = Message(
            account_id=account.id,
            gateway_id=gateway,
            priority=Priority.TEST,
            phone=phone,
            country=country,
            sender=sender,
            flash=on_top.route.flash,
            text=text,
            encoding=measure.encoding,
            parts=measure.parts,
            price=price * measure.parts,
        )
        session.add(message)
        session.flush()
        try:
            ledger.pay(account.id, message.price, f"charge:message:{message.id}")
        except ledger.OverMonthlyLimit as error:
            raise LaunchError(LaunchProblem.MONTH_LIMIT) from error
        return message
