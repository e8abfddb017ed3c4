"""The bank: accounts, payment files out, statements in, matching, safeguarding."""
