"""Pictures of items: sent in the dashboard, shown on tills, served for ever."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from PIL import Image

from merchants.models import Role
from pos.models import ItemPicture
from pos.queries import read_items_version
from pos.views.desk import show_items
from tests import factories
from tests.flows.steps import open_browser, open_dashboard

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def cake(shop):
    return factories.make_item(shop, name="Cake")


def draw(color="red"):
    target = io.BytesIO()
    Image.new("RGB", (200, 100), color).save(target, "PNG")
    return target.getvalue()


def send(owner, item, content):
    files = {"picture": SimpleUploadedFile("cake.png", content)} if content is not None else {}
    return owner.post(f"/dashboard/items/{item.public_id}/picture/", files)


def test_a_picture_is_shown_on_tills_and_kept_by_browsers(owner, shop, cake):
    before = read_items_version(shop.store)

    for _ in range(2):
        assert send(owner, cake, draw()).status_code == 302

    cake.refresh_from_db()
    address = f"/item-pictures/{cake.picture}-small.webp"
    tiles = render_to_string("pos/_items.html", show_items(shop.store))
    assert f'<img src="{address}" alt="" loading="lazy"' in tiles
    answer = open_browser().get(address)
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "image/webp",
        "public, max-age=31536000, immutable",
    )
    assert Image.open(io.BytesIO(answer.content)).size == (200, 100)
    assert "-large.webp" in owner.get(f"/dashboard/items/{cake.public_id}/").content.decode()
    assert ItemPicture.objects.count() == 1
    assert read_items_version(shop.store) != before


def test_a_picture_is_removed(owner, shop, cake):
    send(owner, cake, draw())

    for _ in range(2):
        owner.post(f"/dashboard/items/{cake.public_id}/picture/remove/")

    cake.refresh_from_db()
    assert cake.picture == ""
    assert "<img" not in render_to_string("pos/_items.html", show_items(shop.store))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Choose a picture."),
        (b"", "Choose a picture."),
        (b"GIF89a", "This is GIF. Choose a PNG, JPEG or WebP picture."),
        (b"nothing", "This is no picture that we know. Choose a PNG, JPEG or WebP picture."),
        (draw()[:80], "This picture is damaged"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(owner, cake, content, words):
    answer = send(owner, cake, content)

    assert answer.status_code == 422
    assert words in answer.context["picture_form"].errors["picture"][0]
    cake.refresh_from_db()
    assert cake.picture == ""


@pytest.mark.parametrize("name", ["nothing-small", "nothing-huge", f"{'0' * 32}-made_at"])
def test_there_is_no_other_picture(name):
    assert open_browser().get(f"/item-pictures/{name}.webp").status_code == 404
