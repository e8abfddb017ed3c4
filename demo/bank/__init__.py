"""The simulated bank: invented accounts and money, behind real files.

It knows Tessera by its files alone, as a bank does. It takes `pain.001` from one folder, and
puts `pain.002`, `camt.054` and the night's `camt.053` into another. Its pages play the
customers' bank.
"""
