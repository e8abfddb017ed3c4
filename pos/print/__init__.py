"""Sheets of counter codes on paper."""
