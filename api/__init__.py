"""The API as a whole: its description and page, its refusals, and how requests are read."""
