"""One module a payment format; each declares `DIALECT`. See docs/qr.md."""
