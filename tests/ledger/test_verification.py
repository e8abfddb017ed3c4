"""Every kind of damage to the past is found and its row is named, and nothing else is."""

import pytest

from tests.ledger.damage import damaged, find_faults, recall_history

pytestmark = pytest.mark.usefixtures("committed")
CHANGE = "UPDATE ledger_transfer SET {} WHERE id = '{{{}}}'"
SEAL = "UPDATE ledger_seal SET {} WHERE number = {{{}}}"
LEAVES = "UPDATE ledger_sealleaves SET leaves = {} WHERE seal_id = {{first}}"
FORGE = """
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                 currency, kind, reference, phase, posted_at)
    SELECT '{{nobody}}', '{{bank}}', '{{dollars}}', 1, 'EUR', 'test', '', 'single', {}
      FROM ledger_transfer WHERE id = '{{out}}'
"""
CHANGED = "changed since seal {first} was made"
ROW = "its row was changed: it does not have its hash"
AFTER_ANOTHER = "it was made after another seal {first} than the one here"
UNFIT = "its phase and its pending transfer do not go together; "
MISSING = "missing: seal {first} has it"
ADDED = "added to the past: seal {first} closed that time without it"
LEAVES_ALONE = "changed or missing; the transfers are as they were sealed"
# What was done, the one row that is to blame, what is said of it; else only sums may differ.
TRANSFERS = {
    "amount": (CHANGE.format("amount_minor = amount_minor + 1", "out"), "out", CHANGED),
    "debit account": (CHANGE.format("debit_account_id = '{bank}'", "out"), "out", CHANGED),
    "credit account": (CHANGE.format("credit_account_id = '{bank}'", "out"), "out", CHANGED),
    "both accounts": (
        CHANGE.format(
            "debit_account_id = credit_account_id, credit_account_id = debit_account_id", "out"
        ),
        "out",
        CHANGED,
    ),
    "currency": (CHANGE.format("currency = 'USD'", "out"), "out", CHANGED),
    "kind": (CHANGE.format("kind = 'Test'", "out"), "out", CHANGED),
    "one letter of the reference": (
        CHANGE.format("reference = 'a referencE'", "out"),
        "out",
        CHANGED,
    ),
    "a space after the reference": (
        CHANGE.format("reference = reference || ' '", "out"),
        "out",
        CHANGED,
    ),
    "reference gone": (CHANGE.format("reference = ''", "out"), "out", CHANGED),
    "phase": (CHANGE.format("phase = 'pending'", "out"), "out", CHANGED),
    "end without a hold": (
        CHANGE.format("pending_id = NULL", "ended"),
        "ended",
        UNFIT + CHANGED,
    ),
    "end of another hold": (
        CHANGE.format("pending_id = '{waiting}'", "ended"),
        "ended",
        CHANGED,
    ),
    "post into void": (CHANGE.format("phase = 'void'", "ended"), "ended", CHANGED),
    "void into post": (CHANGE.format("phase = 'post'", "canceled"), "canceled", CHANGED),
    "expiry": (
        CHANGE.format("expires_at = expires_at + interval '1 us'", "held"),
        "held",
        CHANGED,
    ),
    "expiry gone": (CHANGE.format("expires_at = NULL", "held"), "held", CHANGED),
    "a microsecond": (
        CHANGE.format("posted_at = posted_at - interval '1 us'", "ended"),
        "ended",
        CHANGED,
    ),
    "moved to another seal": (
        CHANGE.format(
            "posted_at = (SELECT posted_at - interval '1 us' FROM ledger_transfer"
            " WHERE id = '{last}')",
            "out",
        ),
        "out",
        "moved in time since seal {first} was made, to 2",
    ),
    "moved to before everything": (
        CHANGE.format("posted_at = '2001-01-01 00:00:00+00'", "out"),
        "out",
        "moved in time since seal {first} was made, to 2001-01-01T00:00:00.000000Z",
    ),
    "moved to what is not sealed": (
        CHANGE.format("posted_at = '2999-01-01 00:00:00+00'", "out"),
        "out",
        "moved in time since seal {first} was made, to 2999-01-01T00:00:00.000000Z",
    ),
    "out of time": (
        CHANGE.format("posted_at = NULL", "out"),
        "out",
        "it is not one that can be posted; moved in time since seal {first} was made, to None",
    ),
    "for ever": (
        CHANGE.format("posted_at = 'infinity'", "out"),
        "out",
        (
            "it is not one that can be posted;"
            " moved in time since seal {first} was made, to infinity"
        ),
    ),
    "deleted": ("DELETE FROM ledger_transfer WHERE id = '{out}'", "out", MISSING),
    "doubled": (
        "INSERT INTO ledger_transfer SELECT * FROM ledger_transfer WHERE id = '{out}'",
        "out",
        ADDED + "; it is there more than once",
    ),
    "added": (FORGE.format("posted_at"), "nobody", ADDED),
    "added a century ago": (
        FORGE.format("'1926-11-22 00:00:00+00'"),
        "nobody",
        "added to the past: seal 1 closed that time without it",
    ),
}
TWO_TRANSFERS = {
    "another id": (
        CHANGE.format("id = '{nobody}'", "out"),
        {"transfer {out}": MISSING, "transfer {nobody}": ADDED},
    ),
    "swapped": (
        (
            "UPDATE ledger_transfer t SET id = CASE id WHEN '{in}' THEN '{out}'::uuid"
            " ELSE '{in}'::uuid END WHERE id IN ('{in}', '{out}')"
        ),
        {"transfer {in}": CHANGED, "transfer {out}": CHANGED},
    ),
    "swapped in time": (
        (
            "UPDATE ledger_transfer t SET posted_at = o.posted_at FROM ledger_transfer o"
            " WHERE (t.id, o.id) IN (('{in}', '{out}'), ('{out}', '{in}'))"
        ),
        {"transfer {in}": CHANGED, "transfer {out}": CHANGED},
    ),
    "all of a seal deleted": (
        "DELETE FROM ledger_transfer WHERE id IN ('{more}', '{last}')",
        {
            "transfer {more}": "missing: seal {second} has it",
            "transfer {last}": "missing: seal {second} has it",
        },
    ),
}
SEALS = {
    "number": (
        SEAL.format("number = 1000000", "second"),
        {
            "seals {second} to 999999": "missing: seal 1000000 comes after seal {first}",
            "seal 1000000": ROW,
            "leaves of seal {second}": "there is no such seal",
            "leaves of seal 1000000": LEAVES_ALONE,
        },
    ),
    "number below all": (
        SEAL.format("number = -1", "second"),
        {
            "ledger_seal": "1 rows have a number that no seal has",
            "leaves of seal {second}": "there is no such seal",
        },
    ),
    "count": (
        SEAL.format("count = count + 1", "first"),
        {"seal {first}": ROW, "leaves of seal {first}": LEAVES_ALONE},
    ),
    "root": (
        SEAL.format("root = sha256('x')", "first"),
        {"seal {first}": ROW + "; its root is not that of its transfers and leaves"},
    ),
    "hash before": (
        SEAL.format("previous_hash = sha256('x')", "second"),
        {"seal {second}": AFTER_ANOTHER + "; " + ROW},
    ),
    "hash": (
        SEAL.format("hash = sha256('x')", "first"),
        {"seal {first}": ROW, "seal {second}": AFTER_ANOTHER},
    ),
    "last instant": (
        SEAL.format("until_at = until_at + interval '1 us'", "first"),
        {"seal {first}": ROW},
    ),
    "last id": (SEAL.format("until_id = '{in}'", "first"), {"seal {first}": ROW}),
    "time of sealing": (
        SEAL.format("sealed_at = sealed_at - interval '1 us'", "first"),
        {"seal {first}": ROW},
    ),
    "gone": (
        "DELETE FROM ledger_seal WHERE number = {first}",
        {
            "seal {first}": "missing: seal {second} comes after seal {before}",
            "leaves of seal {first}": "there is no such seal",
        },
    ),
    "gone with its leaves": (
        (
            "DELETE FROM ledger_seal WHERE number = {first};"
            "DELETE FROM ledger_sealleaves WHERE seal_id = {first}"
        ),
        {"seal {first}": "missing: seal {second} comes after seal {before}"},
    ),
    "there twice": (
        "INSERT INTO ledger_seal SELECT * FROM ledger_seal WHERE number = {second}",
        {"seal {second}": "it is there more than once"},
    ),
    "leaf's hash": (
        LEAVES.format("set_byte(leaves, 20, get_byte(leaves, 20) # 1)"),
        {"leaves of seal {first}": LEAVES_ALONE},
    ),
    "leaf's id": (
        LEAVES.format("set_byte(leaves, 3, get_byte(leaves, 3) # 128)"),
        {"leaves of seal {first}": "a transfer that is named otherwise, {in}, is in them"},
    ),
    "leaves cut": (
        LEAVES.format("substring(leaves FROM 1 FOR length(leaves) - 48)"),
        {"leaves of seal {first}": LEAVES_ALONE},
    ),
    "leaves cut within one": (
        LEAVES.format("substring(leaves FROM 1 FOR length(leaves) - 1)"),
        {"leaves of seal {first}": LEAVES_ALONE},
    ),
    "a leaf more": (
        LEAVES.format("leaves || sha256('x') || substring(sha256('x') FROM 1 FOR 16)"),
        {"leaves of seal {first}": LEAVES_ALONE},
    ),
    "leaves in another order": (
        LEAVES.format(
            "substring(leaves FROM 49 FOR 48) || substring(leaves FROM 1 FOR 48)"
            " || substring(leaves FROM 97)"
        ),
        {"leaves of seal {first}": LEAVES_ALONE},
    ),
    "leaves of another": (
        LEAVES.format("(SELECT leaves FROM ledger_sealleaves WHERE seal_id = {second})"),
        {"leaves of seal {first}": LEAVES_ALONE},
    ),
    "leaves gone": (
        "DELETE FROM ledger_sealleaves WHERE seal_id = {first}",
        {"leaves of seal {first}": LEAVES_ALONE},
    ),
    "leaves of no seal": (
        (
            "INSERT INTO ledger_sealleaves SELECT 1000000, leaves FROM ledger_sealleaves"
            " WHERE seal_id = {first}"
        ),
        {"leaves of seal 1000000": "there is no such seal"},
    ),
    "leaves and transfers": (
        LEAVES.format("set_byte(leaves, 20, get_byte(leaves, 20) # 1)")
        + ";"
        + CHANGE.format("reference = 'x'", "out"),
        {"seal {first}": "neither its transfers nor its leaves have its root"},
    ),
}


@pytest.fixture
def names(committed):
    """Sealed history, and a name for each row of it."""
    names = recall_history()
    return names | {"before": str(int(names["first"]) - 1)}


def is_sum(subject, names):
    """Return whether it is one of the figures that follow from the transfers we damage."""
    sums = [f"account {names[name]}" for name in ("bank", "wallet", "other", "dollars")]
    sums += [f"checkpoint {names[name]} at" for name in ("bank", "wallet", "other")]
    sums += [f"transfer {names[name]}" for name in ("held", "waiting", "freed", "ended")]
    sums += [f"hold {names['waiting']}"]
    return subject.startswith(tuple(sums))


def test_sound_books_have_no_fault(names):
    with damaged(names):
        assert find_faults() == {}


@pytest.mark.parametrize(("damage", "name", "fault"), TRANSFERS.values(), ids=TRANSFERS)
def test_a_damaged_transfer_is_named(names, damage, name, fault):
    subject = f"transfer {names[name]}"

    with damaged(names, damage):
        faults = find_faults()

    assert faults[subject].startswith(fault.format(**names))
    others = [other for other in faults if other != subject and not is_sum(other, names)]
    assert others == []


@pytest.mark.parametrize(("damage", "found"), TWO_TRANSFERS.values(), ids=TWO_TRANSFERS)
def test_damage_to_two_transfers_names_both(names, damage, found):
    with damaged(names, damage):
        faults = find_faults()

    for subject, fault in found.items():
        assert faults.pop(subject.format(**names)) == fault.format(**names)
    assert [other for other in faults if not is_sum(other, names)] == []


@pytest.mark.parametrize(("damage", "found"), SEALS.values(), ids=SEALS)
def test_a_damaged_seal_is_named(names, damage, found):
    with damaged(names, damage):
        faults = find_faults()

    assert faults == {
        subject.format(**names): fault.format(**names) for subject, fault in found.items()
    }
