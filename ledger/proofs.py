"""What the books must satisfy, as questions whose right answer is no row.

Each application that holds a part of the invariants has a module like this one;
`settings.BOOK_PROOFS` names them, and `manage.py check_books` asks them all.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim about the books.

    `counted` is SQL that gives how many rows the claim is about; `offending` is SQL
    that gives the identifier and a description of each row that breaks it.
    """

    claim: str
    counted: str
    offending: str


PROOFS = (
    Proof(
        claim="every transfer moves a positive amount between two accounts of its currency",
        counted="SELECT count(*) FROM ledger_transfer",
        offending="""
            SELECT t.id, t.amount_minor || ' ' || t.currency
              FROM ledger_transfer t
              LEFT JOIN ledger_account d ON d.id = t.debit_account_id
              LEFT JOIN ledger_account c ON c.id = t.credit_account_id
             WHERE t.amount_minor <= 0 OR t.debit_account_id = t.credit_account_id
                OR d.currency IS DISTINCT FROM t.currency
                OR c.currency IS DISTINCT FROM t.currency
        """,
    ),
    Proof(
        claim="transfers are append-only: the trigger that refuses changes is in force",
        counted="SELECT 1",
        offending="""
            SELECT 'ledger_transfer', 'the trigger is missing or switched off'
             WHERE NOT EXISTS (
                SELECT 1 FROM pg_trigger
                 WHERE tgrelid = 'ledger_transfer'::regclass
                   AND tgname = 'ledger_transfer_append_only' AND tgenabled IN ('O', 'A'))
        """,
    ),
    Proof(
        claim="no customer account is below zero",
        counted="SELECT count(*) FROM ledger_account WHERE NOT may_go_negative",
        offending="""
            SELECT id, balance_minor || ' ' || currency FROM ledger_account
             WHERE NOT may_go_negative AND balance_minor < 0
        """,
    ),
    Proof(
        claim="every stored balance is the sum of its account's transfers",
        counted="SELECT count(*) FROM ledger_account WHERE NOT may_go_negative",
        offending="""
            SELECT a.id, a.balance_minor || ' stored, ' || ledger_sum_balance(a.id) || ' summed'
              FROM ledger_account a
             WHERE NOT a.may_go_negative AND a.balance_minor <> ledger_sum_balance(a.id)
        """,
    ),
    Proof(
        claim="what customers and merchants are owed equals the safeguarded funds,"
        " in every currency",
        counted="SELECT count(DISTINCT currency) FROM ledger_account",
        # Wallets by their stored balances, all else by sums, so that the two ways
        # of keeping a balance are held against each other.
        offending="""
            SELECT currency, sum(held) || ' safeguarded or receivable, ' || sum(owed) || ' owed'
              FROM (SELECT currency,
                           CASE WHEN kind IN ('safeguard', 'receivable')
                                THEN ledger_sum_balance(id) ELSE 0 END AS held,
                           CASE WHEN kind = 'wallet' THEN balance_minor
                                WHEN kind IN ('safeguard', 'receivable') THEN 0
                                ELSE ledger_sum_balance(id) END AS owed
                      FROM ledger_account) AS sides
             GROUP BY currency HAVING sum(held) <> sum(owed)
        """,
    ),
)
