"""What the books must satisfy, and how that is asked of millions of rows."""
