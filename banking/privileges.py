"""What the application's database role may do with the tables of banking.

Whom an order pays, and how much, never changes after it was made; nor does what the bank said.
"""

PRIVILEGES = {
    "banking_adjustment": (
        "SELECT",
        "INSERT",
        "UPDATE (agreed_by_id, agreed_at, withdrawn_by_id, withdrawn_at)",
        "UPDATE (carried_out_at, moved_minor, refusal)",
    ),
    "banking_bankaccount": (
        "SELECT",
        "INSERT",
        "UPDATE (bic, holder, street, building_number, postcode, town, country, is_in_use)",
    ),
    "banking_bankfile": (
        "SELECT",
        "INSERT",
        "UPDATE (status, refusal, read_at, mapping_id)",
    ),
    "banking_break": (
        "SELECT",
        "INSERT",
        "UPDATE (decision, decided_by_id, decided_at, note, credit_account_id, carried_out_at)",
    ),
    "banking_csvmapping": ("SELECT", "INSERT"),
    "banking_entry": (
        "SELECT",
        "INSERT",
        "UPDATE (is_stated, stated_as, posted_at, posted_as, expectation_id, order_id)",
    ),
    "banking_expectation": ("SELECT", "INSERT", "UPDATE (arrived_at, seen_at)"),
    "banking_safeguardblock": ("SELECT", "INSERT"),
    "banking_safeguardcheck": ("SELECT", "INSERT"),
    "banking_safeguardreport": ("SELECT", "INSERT"),
    "banking_statement": ("SELECT", "INSERT"),
    "banking_order": (
        "SELECT",
        "INSERT",
        "UPDATE (status, file_id, reason_code, changed_at)",
    ),
    "banking_paymentfile": (
        "SELECT",
        "INSERT",
        "UPDATE (status, execute_on, orders_count, total_minor, sha256)",
        "UPDATE (released_by_id, released_at)",
        "UPDATE (handed_by_id, handed_at, sent_at, dropped_at)",
    ),
    "banking_report": (
        "SELECT",
        "INSERT",
        "UPDATE (read_at, refusal)",
        "UPDATE (accepted_count, refused_count, unknown_count, unchanged_count)",
    ),
    "banking_orderanswer": ("SELECT", "INSERT", "UPDATE (carried_out_at, took_effect)"),
}
