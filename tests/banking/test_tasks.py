"""The banker's sweep: each part of it, whatever becomes of the others."""

import pytest

from banking.models import BankFile
from banking.tasks import sweep
from tests.banking import bank

pytestmark = pytest.mark.django_db


def test_files_are_read_although_none_can_be_sent(shop, settings, tmp_path, caplog):
    outbox, inbox = tmp_path / "gone" / "outbox", tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "half.xml").write_text("<Document><half")
    settings.BANK_OUTBOX, settings.BANK_INBOX = str(outbox), str(inbox)
    bank.make_order()
    bank.release()

    sweep()
    sweep()

    assert "A sweep of the bank failed" in caplog.text
    assert not outbox.exists()
    read = BankFile.objects.get()
    assert read.name == "half.xml"
    assert read.refusal
