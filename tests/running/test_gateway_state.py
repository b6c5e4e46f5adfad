"""What the worker of a gateway says of its connection, and what the admin sees of it."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from promosms.database import transaction
from promosms.extensions import db
from promosms.models import Gateway, now
from promosms.services import gateways
from tests.pages import PageClient


def state(admin: PageClient) -> str:
    """What stands in the row of the simulator."""
    cell = admin.get_page("/admin/gateways").select("main table tbody tr")[0].select("td")[0]
    return cell.get_text(" ", strip=True)


def test_the_page_tells_connected_from_lost_and_from_silent(app: Flask, admin: PageClient) -> None:
    assert state(admin) == "Not connected"
    with app.app_context():
        gateway_id = db.session.scalars(select(Gateway.id)).one()
        gateways.note_state(gateway_id, connected=True)
    assert state(admin) == "Connected"
    with app.app_context(), transaction() as session:
        session.execute(update(Gateway).values(seen_at=now() - timedelta(minutes=2)))
    assert state(admin) == "Not connected"
    with app.app_context():
        gateways.note_state(
            gateway_id, connected=False, error="The provider refused: wrong password"
        )
    assert "wrong password" in state(admin)
