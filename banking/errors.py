"""Refusals of banking."""
