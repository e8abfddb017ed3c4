"""The customer's side: wallets, claims, payments."""
