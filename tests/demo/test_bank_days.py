"""What the bank says of its days: every entry once, balances that add up, and its bad moods."""

import random

import pytest
from lxml import etree

from demo.bank.bank import open_bank
from demo.bank.branch import Settings, write_settings
from demo.bank.moods import MOODS, Mood, Temper, Topic
from tests.demo.bank_files import (
    Letter,
    Wish,
    drop,
    find,
    list_inbox,
    pick,
    read_balances,
    read_entries,
)
from tests.demo.conftest import Clock, make_transfer


def test_a_credit_is_told_at_once_and_again_at_night(bank, send):
    send(2500)
    bank.end_day()

    [advice], [statement] = list_inbox(bank, "camt054"), list_inbox(bank, "camt053")
    assert (
        read_entries(advice) == read_entries(statement) == [("DEMO000000000001", "BOOK", 2500)]
    )
    assert pick(advice, "Strd/CdtrRefInf/Ref") == ["RF18539007547034"]
    assert read_balances(statement) == {"OPBD": 100_000, "CLBD": 102_500}


def test_the_same_form_moves_money_once(bank, send):
    first, second = send(form_id="a"), send(form_id="a")

    assert first == second
    assert bank.balance_minor == 102_500
    assert send(form_id="b") != first


def test_each_day_opens_with_what_the_one_before_closed_with(bank, send):
    for _ in range(3):
        send()
        bank.end_day()

    found = [read_balances(each) for each in list_inbox(bank, "camt053")]
    assert [each["OPBD"] for each in found] == [100_000, 102_500, 105_000]
    assert [each["CLBD"] for each in found] == [102_500, 105_000, 107_500]


def test_days_end_by_the_clock_and_idle_ones_get_no_statement(bank, send, clock):
    send()
    clock.pass_days(4)

    bank.run_round()

    assert str(bank.day) == "2026-12-04"
    assert len(list_inbox(bank, "camt053")) == 1


def test_a_bank_ahead_of_the_clock_waits_for_it(bank, clock):
    bank.end_day()
    bank.end_day()
    clock.pass_days(1)

    bank.run_round()

    assert str(bank.day) == "2026-12-02"


def test_a_late_credit_comes_a_day_later(bank, send):
    send(mood=Mood.LATE)
    assert list_inbox(bank) == []

    bank.end_day()

    [advice], [statement] = list_inbox(bank, "camt054"), list_inbox(bank, "camt053")
    assert pick(advice, "BookgDt/Dt") == ["2026-12-01"]
    assert read_entries(statement) == []


@pytest.mark.parametrize(
    ("mood", "later"), [(Mood.PENDING, ["BOOK"]), (Mood.PENDING_GONE, [])], ids=str
)
def test_a_pending_credit_is_booked_or_gone_on_the_next_day(bank, send, mood, later):
    send(mood=mood)
    bank.end_day()

    first, *others = [read_entries(each)[0] for each in list_inbox(bank, "camt054")]
    assert first == ("DEMO000000000001", "PDNG", 2500)
    assert others == [("DEMO000000000001", state, 2500) for state in later]
    assert bank.balance_minor == 100_000 + 2500 * len(later)
    bank.end_day()
    tonight = list_inbox(bank, "camt053")[1]
    assert [state for _, state, _ in read_entries(tonight)] == later


@pytest.mark.parametrize(
    ("mood", "amount", "reference", "text"),
    [
        (Mood.WRONG_AMOUNT, "26.00", ["RF18539007547034"], []),
        (Mood.WRONG_REFERENCE, "25.00", ["RF18539007547043"], []),
        (Mood.NO_REFERENCE, "25.00", [], ["Top-up"]),
        (Mood.REFERENCE_AS_TEXT, "25.00", [], ["top up rf18 5390 0754 7034 thanks"]),
    ],
    ids=str,
)
def test_what_customers_type_wrong(bank, send, mood, amount, reference, text):
    send(mood=mood)

    [advice] = list_inbox(bank, "camt054")
    assert pick(advice, "Ntry/Amt") == [amount]
    assert pick(advice, "Strd/CdtrRefInf/Ref") == reference
    assert pick(advice, "RmtInf/Ustrd") == text


def test_a_file_that_comes_twice_is_the_same(bank, send):
    bank.wish(Topic.ADVICE, Mood.AGAIN)
    send()
    assert len(list_inbox(bank, "camt054")) == 1

    bank.end_day()

    one, other = list_inbox(bank, "camt054")
    assert one == other


def test_half_a_file_is_completed_a_day_later(bank, send):
    bank.wish(Topic.STATEMENT, Mood.HALF)
    send()
    bank.end_day()

    [half] = list_inbox(bank, "camt053")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(half)
    bank.end_day()
    whole = (bank.branch.inbox / "camt053-20261130.xml").read_bytes()
    assert whole.startswith(half)
    assert read_balances(whole) == {"OPBD": 100_000, "CLBD": 102_500}


def test_an_overlapping_statement_has_the_last_one_in_it(bank, send):
    send(100)
    bank.end_day()
    send(200)
    bank.wish(Topic.STATEMENT, Mood.OVERLAP)
    bank.end_day()
    send(400)
    bank.end_day()

    _, both, after = list_inbox(bank, "camt053")
    assert [minor for _, _, minor in read_entries(both)] == [100, 200]
    assert read_balances(both) == {"OPBD": 100_000, "CLBD": 100_300}
    assert read_balances(after) == {"OPBD": 100_300, "CLBD": 100_700}


def test_a_batch_of_which_a_part_was_late_is_two_entries_in_every_statement(bank):
    bank.wish(Topic.ORDER, Mood.LATE)
    wishes = [
        Wish("1.00"),
        Wish("2.00", end_to_end_id="PO2"),
        Wish("4.00", end_to_end_id="PO3"),
    ]
    drop(bank, Letter(wishes, batch="true").write())
    bank.end_day()
    bank.wish(Topic.STATEMENT, Mood.OVERLAP)
    bank.end_day()

    first, both = [read_entries(each) for each in list_inbox(bank, "camt053")]
    assert [minor for _, _, minor in both] == [-600, -100]
    assert both[:1] == first


def test_a_charge_is_an_entry_of_its_own(bank):
    bank.wish(Topic.STATEMENT, Mood.CHARGE)
    bank.end_day()

    [statement] = list_inbox(bank, "camt053")
    assert [minor for _, _, minor in read_entries(statement)] == [-25]
    assert pick(statement, "Ntry/BkTxCd/Domn/Fmly/SubFmlyCd") == ["CHRG"]
    assert find(statement, "RltdPties") == []


def test_a_wish_is_for_one_thing(bank, send):
    bank.wish(Topic.ADVICE, Mood.LATE)
    assert bank.read_wishes() == {Topic.ADVICE: Mood.LATE}

    send()
    send()

    assert bank.read_wishes() == {}
    assert len(list_inbox(bank, "camt054")) == 1


def play(open_here, *, seed, days=12):
    """Use a moody bank for some days; return its files and what is on the account."""
    chance = random.Random(seed)  # noqa: S311
    with open_here(Temper(seed, rate=0.5)) as bank:
        for day in range(days):
            for _ in range(chance.randrange(4)):
                bank.send_transfer(make_transfer(chance.randrange(1, 9999)))
            wishes = [
                Wish(
                    f"{chance.randrange(1, 9999) / 100:.2f}", end_to_end_id=f"PO{day}X{number}"
                )
                for number in range(chance.randrange(3))
            ]
            if wishes:
                drop(bank, Letter(wishes, message_id=f"M{day}", day=str(bank.day)).write())
            bank.end_day()
        # Two quiet days, for what still is to come.
        for _ in range(3):
            bank.end_day()
        return read_inbox(bank), bank.balance_minor


def read_inbox(bank):
    return {path.name: path.read_bytes() for path in bank.branch.inbox.iterdir()}


def is_whole(content):
    return content.rstrip().endswith(b"</Document>")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_moods_the_statements_add_up_to_what_is_there(open_here, seed):
    files, balance = play(open_here, seed=seed)

    entries: dict[str, int] = {}
    for name, content in sorted(files.items()):
        if not name.startswith("camt053") or not is_whole(content):
            continue
        found, balances = read_entries(content), read_balances(content)
        assert balances["CLBD"] - balances["OPBD"] == sum(minor for _, _, minor in found)
        assert len({reference for reference, _, _ in found}) == len(found)
        entries |= {reference: minor for reference, _, minor in found}
    assert sum(entries.values()) == balance - 100_000
    # Whatever an advice said was booked is in a statement.
    advised = [
        (reference, minor)
        for name, content in files.items()
        if name.startswith("camt054") and is_whole(content)
        for reference, state, minor in read_entries(content)
        if state == "BOOK"
    ]
    assert {each for each in advised if entries.get(each[0]) != each[1]} == set()


def test_a_seed_does_the_same_again_and_each_mood_comes_up(tmp_path, open_here):
    files, balance = play(open_here, seed=1)
    other = tmp_path / "other"
    write_settings(other, Settings(opening_minor=100_000))
    clock = Clock()

    again = play(lambda choose: open_bank(other, choose=choose, clock=clock), seed=1)

    assert again == (files, balance)
    temper = Temper(1, rate=0.9)
    for topic, moods in MOODS.items():
        drawn = {temper(topic, str(number)) for number in range(300)}
        assert drawn == {*moods, Mood.WELL}
