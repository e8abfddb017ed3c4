"""The demo's mail page costs the same with a hundred mails and with a hundred thousand."""

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.http import Http404

from demo.mail import SHOWN_MAX, read_mail, read_newest


@pytest.fixture
def folder(tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def write(folder, number, *subjects):
    """Write one file with Django's backend, and date it by its number."""
    backend = EmailBackend(file_path=str(folder))
    backend.send_messages(
        [EmailMessage(subject, f"of {subject}", to=["li@example.org"]) for subject in subjects]
    )
    [file] = [path for path in folder.iterdir() if not path.name.startswith("2026")]
    return file.rename(folder / f"20260101-{number:06}-77.log")


@pytest.fixture
def dated(folder, monkeypatch):
    """Write files whose names a later one cannot share."""
    monkeypatch.setattr(EmailBackend, "_get_filename", lambda _self: str(folder / "new.log"))
    return lambda number, *subjects: write(folder, number, *subjects)


def test_without_mail_there_is_none(folder):
    assert read_newest() == []
    folder.rmdir()
    assert read_newest() == []


def test_the_newest_comes_first_also_within_a_file(dated):
    dated(1, "one", "two")
    dated(2, "three")

    assert [mail.subject for mail in read_newest()] == ["three", "two", "one"]


def test_each_listed_mail_can_be_opened_also_when_more_came(dated):
    dated(1, "one", "two", "three")
    listed = read_newest()
    dated(2, "four")

    for mail in listed:
        opened = read_mail(mail.file, mail.offset)
        assert (opened.subject, opened.text.strip()) == (mail.subject, f"of {mail.subject}")
        assert opened.to == "li@example.org"


def test_no_more_is_read_than_is_shown(dated, folder):
    for number in range(SHOWN_MAX):
        dated(number + 1, f"mail {number}")
    # Whoever opened the one before them would fail: nobody reads a folder.
    (folder / "20260101-000000-77.log").mkdir()

    subjects = [mail.subject for mail in read_newest()]

    assert subjects == [f"mail {number}" for number in reversed(range(SHOWN_MAX))]


@pytest.mark.slow
def test_of_a_large_file_only_the_end_is_read(dated):
    large = dated(1, *(f"mail {number}" for number in range(9000)))
    assert large.stat().st_size > 2_000_000

    listed = read_newest()

    assert [mail.subject for mail in listed][:2] == ["mail 8999", "mail 8998"]
    assert len(listed) == SHOWN_MAX
    assert read_mail(listed[-1].file, listed[-1].offset).subject == listed[-1].subject


@pytest.mark.parametrize(
    ("file", "offset"),
    [
        ("20260101-000001-77.log", 5),
        ("20260101-000001-77.log", 100),
        ("20260101-000001-77.log", 10**9),
        ("20260101-000009-77.log", 0),
        ("secrets.json", 0),
        ("..", 0),
    ],
)
def test_what_is_no_mail_is_not_shown(dated, folder, file, offset):
    dated(1, "one")
    (folder / "secrets.json").write_text("Subject: secret\n\nx")

    with pytest.raises(Http404):
        read_mail(file, offset)
