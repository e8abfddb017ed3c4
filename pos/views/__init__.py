"""The till's pages, and the dashboard's about sales."""
