"""A browser's streams accept nothing but a stream, and are let through or told why not."""

from django.test import Client

from tests import factories

ONLY_A_STREAM = {"Accept": "text/event-stream", "Host": "pay.test"}


def ask(path: str, token: str):
    headers = ONLY_A_STREAM | ({"Authorization": f"Bearer {token}"} if token else {})
    return Client().get(path, headers=headers)


def test_a_stream_is_handed_over(shop):
    charge = factories.make_charge(shop)

    response = ask(f"/api/v1/charges/{charge.public_id}/events", shop.token)

    assert response.status_code == 200
    assert response["X-Accel-Redirect"].startswith("/_streams/?ticket=")


def test_a_refused_stream_is_told_why(db):
    response = ask("/api/v1/wallet/events", "")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
