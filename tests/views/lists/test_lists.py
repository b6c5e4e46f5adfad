"""Lists: create, show, rename, delete."""

from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignList, CampaignStatus, RecipientList, Route
from tests.support.cast import Cast
from tests.support.pages import PageClient


def create(client: PageClient, name: str = "Guests") -> str:
    client.post_page("/lists", {"name": name})
    link = client.get_page("/lists").select_one(".rows a")
    assert link is not None
    return str(link["href"])


def address_campaign(app: Flask, cast: Cast, status: CampaignStatus) -> str:
    with app.app_context(), transaction() as session:
        route_id = session.scalar(select(Route.id))
        recipient_list = session.scalars(select(RecipientList)).one()
        campaign = Campaign(
            account_id=recipient_list.account_id, route_id=route_id, name="Spring", status=status
        )
        session.add(campaign)
        session.flush()
        session.add(
            CampaignList(
                campaign_id=campaign.id,
                list_id=recipient_list.id,
                account_id=recipient_list.account_id,
            )
        )
        return campaign.public_id


def test_it_creates_and_shows(owner: PageClient) -> None:
    owner.get_page("/lists")
    page = owner.get_page(create(owner, "  Guests <b> "))
    assert "Guests <b>" in page.get_text()
    assert "Nobody is on this list yet" in page.get_text()


def test_names_are_unique_within_an_account(owner: PageClient, stranger: PageClient) -> None:
    create(owner)
    page = owner.post_page("/lists", {"name": "Guests"})
    assert "You have a list of this name already." in page.get_text()
    create(stranger)
    assert "Give the list a name." in owner.post_page("/lists", {"name": " "}).get_text()


def test_it_renames(owner: PageClient) -> None:
    url = create(owner)
    owner.get_page(url + "/rename")
    assert "Friends" in owner.post_page(url + "/rename", {"name": "Friends"}).get_text()
    owner.post_page("/lists", {"name": "Other"})
    page = owner.post_page(url + "/rename", {"name": "Other"})
    assert "You have a list of this name already." in page.get_text()


def test_deleting_keeps_the_recipients(owner: PageClient) -> None:
    form = {"text": "601234567", "consent": "none", "new_list": "Guests"}
    owner.post_page("/imports/paste", form)
    url = str(owner.get_page("/lists").select_one(".rows a")["href"])
    page = owner.get_page(url + "/delete")
    assert "The 1 recipient on it stays" in page.get_text()
    owner.post_page(url + "/delete")
    owner.get_page(url, status=404)
    assert "601 234 567" in owner.get_page("/recipients").get_text()


def test_a_list_in_use_is_not_deleted(owner: PageClient, app: Flask, cast: Cast) -> None:
    url = create(owner)
    public_id = address_campaign(app, cast, CampaignStatus.PAUSED)
    page = owner.get_page(url + "/delete")
    assert "the campaign “Spring” is addressed to it" in page.get_text()
    assert page.select_one(f'main a[href="/campaigns/{public_id}"]')
    assert not page.select("main form")
    page = owner.post_page(url + "/delete")
    assert "the campaign “Spring” is addressed to it" in page.get_text()
    owner.get_page(url)


def test_the_list_of_a_finished_campaign_can_be_deleted(
    owner: PageClient, app: Flask, cast: Cast
) -> None:
    url = create(owner)
    address_campaign(app, cast, CampaignStatus.FINISHED)
    owner.post_page(url + "/delete")
    with app.app_context():
        assert db.session.query(RecipientList).count() == 0


def test_it_refuses_strangers(owner: PageClient, stranger: PageClient) -> None:
    url = create(owner)
    for path in ("", "/rename", "/delete"):
        stranger.get_page(url + path, status=404)
    assert stranger.send(url + "/rename", {"name": "Mine"}).status_code == 404
    assert stranger.send(url + "/delete").status_code == 404
    assert "Guests" in owner.get_page("/lists").get_text()


def test_it_refuses_visitors(visitor: PageClient) -> None:
    assert visitor.get("/lists").status_code == 302


def test_nul_is_no_part_of_a_name(owner: PageClient) -> None:
    create(owner, "Regular\0 guests")
    assert "Regular guests" in owner.get_page("/lists").get_text()
