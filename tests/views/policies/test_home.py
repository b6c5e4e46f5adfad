"""The first page."""

from promosms.views.policies import front
from tests.support.pages import PageClient


def test_it_says_what_this_is_and_offers_to_register(visitor: PageClient) -> None:
    page = visitor.get_page("/")
    assert len(page.select("main ol > li")) == 3
    assert page.select_one('main a[href="/register"]')
    assert page.select_one('main a[href="/login"]')


def test_its_promises_lead_to_how_they_are_kept(visitor: PageClient) -> None:
    links = {str(a["href"]) for a in visitor.get_page("/").select(".promises a")}
    kept = visitor.get_page("/privacy/promises")
    assert len(links) == len(front.PROMISES)
    assert links <= {f"/privacy/promises#{part['id']}" for part in kept.select("section[id]")}


def test_it_leads_a_signed_in_user_to_the_dashboard(owner: PageClient) -> None:
    response = owner.get("/")
    assert (response.status_code, response.location) == (302, "/dashboard")


def test_it_leads_an_admin_to_the_administration(admin: PageClient) -> None:
    response = admin.get("/")
    assert (response.status_code, response.location) == (302, "/admin")
