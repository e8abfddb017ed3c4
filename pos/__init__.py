"""What the till does: terminals, catalogue, charges, refunds, receipts."""
