"""Readers of the bank's files: camt.053 and camt.054, MT940, and CSV by a mapping.

Each yields heads of statements and their lines, in the file's order, and reads a file once.
"""
