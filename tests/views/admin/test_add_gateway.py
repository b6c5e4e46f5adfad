"""Adding a gateway on its page."""

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import AuditEntry, Gateway
from promosms.services.gateways import credentials
from tests.support.pages import PageClient, words

PAGE = "/admin/add-gateway"
FORM = {
    "name": "Line One",
    "host": "127.0.0.1",
    "port": "1",
    "system_id": "us",
    "password": "secret words",
    "rate": "20",
    "window": "5",
    "connections": "2",
}


def test_it_is_stored_as_by_the_command_and_can_be_checked(app: Flask, admin: PageClient) -> None:
    page = admin.get_page(PAGE)
    assert "the simulated network is paused" in page.get_text()
    offered = {field["name"]: field["value"] for field in page.select("input[type=number]")}
    assert offered == {"port": "2775", "rate": "30", "window": "10", "connections": "1"}
    assert page.select_one("input[name=tls][checked]")
    for wrong in ({"host": "smpp://a b"}, {"system_id": "x" * 16}, {"name": "Simulator"}):
        page = admin.post_page(PAGE, {**FORM, **wrong}, status=422)
        assert [field["name"] for field in page.select("[aria-invalid]")] == list(wrong)
        assert page.select_one("input[type=password]")["value"] == ""
    page = admin.post_page(PAGE, FORM)
    assert page.h1.get_text() == "Line One"
    assert "secret words" not in page.get_text()
    with app.app_context():
        row = db.session.scalars(select(Gateway).where(Gateway.name == "Line One")).one()
        assert (row.kind, row.rate, row.window, row.connections) == ("smpp", 20, 5, 2)
        assert row.settings["password"].startswith(credentials.MARK)
        assert credentials.decrypted(row) == {
            **{name: FORM[name] for name in ("host", "port", "system_id", "password")},
            "tls": "no",
            "system_type": "",
        }
        simulator = db.session.scalars(select(Gateway).where(Gateway.kind == "simulator")).one()
        assert simulator.status == "paused"
    page = admin.post_page("/admin/gateways/Line%20One/check")
    assert "The server cannot be reached." in words(page.get_text(" "))
    page = admin.post_page("/admin/gateways/Simulator/check")
    assert "no lasting connection" in page.get_text()
    with app.app_context():
        acts = db.session.execute(select(AuditEntry.action, AuditEntry.detail)).all()
    assert ("gateway.add", "") in acts
    assert ("gateway.check", "unreachable") in acts
