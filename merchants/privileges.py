"""What the application's database role may do with the tables of merchants."""

_MAKING_OF_A_FILE = (
    "UPDATE (done_count, all_count, tries, leased_until, made_at, failed_at, removed_at,"
    " file_name, sha256)"
)
_FACTS_OF_A_STORE = (
    "UPDATE (name, street, city, code_format, closed_at, vat_mode, vat_default_bps,"
    " asks_tips, tip_low_bps, tip_middle_bps, tip_high_bps, tip_max_bps, takes_cash,"
    " mails_closings)"
)
PRIVILEGES = {
    # How a shop keeps its books: changed on its page, and no record of money.
    "merchants_book": ("SELECT", "INSERT", "UPDATE"),
    "merchants_bookaccount": ("SELECT", "INSERT", "UPDATE (number, name)"),
    "merchants_export": (
        "SELECT",
        "INSERT",
        _MAKING_OF_A_FILE,
    ),
    "merchants_feeinvoice": ("SELECT", "INSERT"),
    "merchants_feeinvoicefile": ("SELECT", "INSERT"),
    "merchants_feerule": (
        "SELECT",
        "INSERT",
        "UPDATE (agreed_by_id, agreed_at, withdrawn_by_id, withdrawn_at)",
    ),
    "merchants_feetier": ("SELECT", "INSERT"),
    "merchants_invoicenumber": ("SELECT", "INSERT", "UPDATE (last)"),
    "merchants_invoiceterms": ("SELECT", "INSERT"),
    "merchants_logo": ("SELECT", "INSERT"),
    "merchants_merchantbalance": (
        "SELECT",
        "INSERT",
        "UPDATE (settled_until, fence, leased_until)",
    ),
    "merchants_mailedreport": ("SELECT", "INSERT"),
    "merchants_payoutaccount": (
        "SELECT",
        "INSERT",
        "UPDATE (counts_from, confirmed_by_id, withdrawn_by_id, withdrawn_at)",
    ),
    # Written once, by the set-up, with the rights of the tables' owner.
    "merchants_organisation": ("SELECT",),
    "merchants_payouthold": (
        "SELECT",
        "INSERT",
        "UPDATE (lifted_by_id, lifted_at, lifted_because)",
    ),
    "merchants_reportmail": ("SELECT", "INSERT", "UPDATE (ended_at)"),
    "merchants_settlement": ("SELECT", "INSERT"),
    "merchants_settlementline": ("SELECT", "INSERT", "UPDATE (settlement_id)"),
    "merchants_store": (
        "SELECT",
        "INSERT",
        _FACTS_OF_A_STORE,
    ),
}
