"""People and devices: users, sign-in, PINs, sessions, locks."""
