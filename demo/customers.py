"""The demo's customers, and the money that their wallets begin with."""

from demo.bank.accounts import make_iban
from demo.bank.branch import Settings

# Name, phone, e-mail and PIN.
CUSTOMERS = [
    ("Li Wei", "+353871000001", "li.wei@example.com", "123456"),
    ("Amira Haddad", "+353871000002", "amira@example.com", "234567"),
    ("Jonas Becker", "+353871000003", "jonas@example.com", "345678"),
    ("Sofia Rossi", "+353871000004", "sofia@example.com", "456789"),
    ("Tomas Nunes", "+353871000005", "tomas@example.com", "567890"),
]
MONEY_MINOR = 80_000
# Their money lies on the operator's account from the beginning; each has an account besides.
BANK = Settings(
    opening_minor=len(CUSTOMERS) * MONEY_MINOR,
    customers=tuple(
        (make_iban(number), name) for number, (name, *_) in enumerate(CUSTOMERS, start=1)
    ),
)
