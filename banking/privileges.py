"""What the application's database role may do with the tables of banking.

Whom an order pays, and how much, never changes after it was made.
"""

PRIVILEGES = {
    "banking_order": (
        "SELECT",
        "INSERT",
        "UPDATE (status, file_id, reason_code, changed_at)",
    ),
    "banking_paymentfile": (
        "SELECT",
        "INSERT",
        "UPDATE (status, orders_count, total_minor, sha256, released_by_id, released_at)",
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
