"""The result codes of posting; PostgreSQL's type `ledger_result` has the same."""

from enum import StrEnum


class Result(StrEnum):
    """The result code of one transfer; docs/ledger.md explains each."""

    CREATED = "created"
    EXISTS = "exists"
    EXISTS_WITH_DIFFERENT_PHASE = "exists_with_different_phase"
    EXISTS_WITH_DIFFERENT_PENDING_ID = "exists_with_different_pending_id"
    EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT = "exists_with_different_debit_account"
    EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT = "exists_with_different_credit_account"
    EXISTS_WITH_DIFFERENT_AMOUNT = "exists_with_different_amount"
    EXISTS_WITH_DIFFERENT_CURRENCY = "exists_with_different_currency"
    EXISTS_WITH_DIFFERENT_KIND = "exists_with_different_kind"
    EXISTS_WITH_DIFFERENT_REFERENCE = "exists_with_different_reference"
    EXISTS_WITH_DIFFERENT_TIMEOUT = "exists_with_different_timeout"
    DEADLINE_PASSED = "deadline_passed"
    DEBIT_ACCOUNT_NOT_FOUND = "debit_account_not_found"
    CREDIT_ACCOUNT_NOT_FOUND = "credit_account_not_found"
    ACCOUNTS_MUST_BE_DIFFERENT = "accounts_must_be_different"
    AMOUNT_MUST_BE_POSITIVE = "amount_must_be_positive"
    TIMEOUT_MUST_BE_POSITIVE = "timeout_must_be_positive"
    CURRENCY_MISMATCH = "currency_mismatch"
    KIND_NOT_CHARTED = "kind_not_charted"
    TOP_UP_NOT_ALLOWED = "top_up_not_allowed"
    DEBIT_ACCOUNT_CLOSED = "debit_account_closed"
    CREDIT_ACCOUNT_CLOSED = "credit_account_closed"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    BALANCE_WOULD_OVERFLOW = "balance_would_overflow"
    PENDING_ID_MUST_BE_DIFFERENT = "pending_id_must_be_different"
    PENDING_TRANSFER_NOT_FOUND = "pending_transfer_not_found"
    PENDING_TRANSFER_NOT_PENDING = "pending_transfer_not_pending"
    PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT = (
        "pending_transfer_has_different_debit_account"
    )
    PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT = (
        "pending_transfer_has_different_credit_account"
    )
    PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY = "pending_transfer_has_different_currency"
    PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT = "pending_transfer_has_different_amount"
    EXCEEDS_PENDING_TRANSFER_AMOUNT = "exceeds_pending_transfer_amount"
    PENDING_TRANSFER_ALREADY_POSTED = "pending_transfer_already_posted"
    PENDING_TRANSFER_ALREADY_VOIDED = "pending_transfer_already_voided"
    PENDING_TRANSFER_EXPIRED = "pending_transfer_expired"
    PENDING_TRANSFER_NOT_EXPIRED = "pending_transfer_not_expired"
    LINKED_TRANSFER_FAILED = "linked_transfer_failed"
    LINKED_CHAIN_OPEN = "linked_chain_open"


# With these the transfer took effect, once.
DONE = frozenset({Result.CREATED, Result.EXISTS})
