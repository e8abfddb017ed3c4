"""Seals and their verification: checking the ledger without trusting its database."""
