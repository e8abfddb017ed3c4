"""Merchants, stores, staff, keys, fees and settlement."""
