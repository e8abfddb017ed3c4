"""The API of wallets."""
