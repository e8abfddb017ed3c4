"""Settings; every value that differs between installations comes from the environment.

docs/settings.md lists them all.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab

from config.letters import WRITERS
from foundation.sums import read_sums

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY")
PIN_PEPPER = env.str("PIN_PEPPER")
SIGNING_KEY = env.str("SIGNING_KEY", default="")
RETIRED_SIGNING_KEYS = env.list("RETIRED_SIGNING_KEYS", default=[])
WITHDRAWN_SIGNING_KEYS = env.list("WITHDRAWN_SIGNING_KEYS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:9000").rstrip("/")
PUBLIC_HOST = urlsplit(PUBLIC_URL).netloc.lower()
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or "localhost"]
)
IS_SECURE = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "config",
    "demo",
    "console",
    "wallet",
    "pos",
    "merchants",
    "banking",
    "ledger",
    "identity",
    "relay",
    "foundation",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "config.middleware.begin_in_own_zone",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.PageBeginning",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {
    "ENGINE": "foundation.postgresql",
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE_S", default=3600),
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": DATABASES["default"].get("OPTIONS", {})
    | {
        # Planned once per connection, which halves the server's cost of the few hot statements.
        "server_side_binding": True,
        "prepare_threshold": 3,
        "connect_timeout": 2,
    },
}
# Per web process: requests in work at once, and requests of each rank that may wait.
WORKING_MAX = env.int("WORKING_MAX", default=24)
SALES_WAITING_MAX = env.int("SALES_WAITING_MAX", default=192)
CHARGES_WAITING_MAX = env.int("CHARGES_WAITING_MAX", default=64)
PAGES_WAITING_MAX = env.int("PAGES_WAITING_MAX", default=48)
# Per web process, one less than are in work: the last one serves what needs no database.
CONNECTIONS_MAX = env.int("CONNECTIONS_MAX", default=23)
# Round trips for the requests of a sale that a web process has under way before further ones
# wait and share the next; 0: each has its own, on the usual connections.
TRIPS_MAX = env.int("TRIPS_MAX", default=1)
# The application's database role; `grant_privileges` grants it what it needs.
APPLICATION_ROLE = env.str("APPLICATION_ROLE", default="tessera")
# A member of that one, which may also book what the bank did.
BANKER_ROLE = env.str("BANKER_ROLE", default=f"{APPLICATION_ROLE}_banker")
TABLE_PRIVILEGES = [
    "config.privileges.PRIVILEGES",
    "banking.privileges.PRIVILEGES",
    "console.privileges.PRIVILEGES",
    "identity.privileges.PRIVILEGES",
    "ledger.privileges.PRIVILEGES",
    "merchants.privileges.PRIVILEGES",
    "pos.privileges.PRIVILEGES",
    "relay.privileges.PRIVILEGES",
    "wallet.privileges.PRIVILEGES",
]
# Called by `migrate` between the schema and the functions.
AFTER_SCHEMA = [
    "ledger.chart_table.fill_chart",
    "wallet.tier_table.fill_tiers",
    "console.set_up.offer_code",
]
# How much more the wallets behind ledger accounts may hold, for banking, which knows none.
CREDIT_ROOMS = "wallet.tiers.measure_rooms"
# No process that is open to the network may bring money in from the bank: the banker may.
WITHHELD_FUNCTIONS = ["ledger_allow_top_ups()"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")

AUTH_USER_MODEL = "identity.User"
PASSWORD_HASHERS = ["identity.passwords.SmallArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# How long the link of an invitation, or to a new password, can be used.
PASSWORD_RESET_TIMEOUT = env.int("PASSWORD_LINK_LIFE_S", default=259_200)
# Sends text messages: the path of a function of a number and a text; empty is none.
TEXT_SENDER = env.str("TEXT_SENDER", default="")
LETTERS = WRITERS
# Knows the language that whoever has an address has chosen.
LANGUAGE_FINDER = "identity.languages.find_language"
# Writes the texts of a long file.
EXPORT_WRITER = "pos.long_exports.write_export"
# Called, in its transaction, after somebody with a sign-in changed the PIN in the dashboard.
AFTER_PIN_CHANGE = ["wallet.joining.sign_out_everywhere"]
# Called, in the banker's transaction, when an order is booked, refused or returned, and when
# announced money arrives whose owner wants to be told.
ORDER_LISTENERS = ["wallet.bank_letters.tell_order", "merchants.bank_letters.tell_order"]
ARRIVAL_LISTENERS = ["wallet.bank_letters.tell_arrivals"]
# They know which accounts' payouts are held, which banking does not.
PAYOUT_HOLDS = ["merchants.holds.list_held_accounts"]
# Writes what `APPROVE_SHOPS` approves into the console's log.
APPROVAL_LOG = "console.decisions.log_approval_by_setting"
LOGIN_URL = "merchants:sign_in"
LOGIN_REDIRECT_URL = "merchants:overview"

LANGUAGE_CODE = "en"
# Of the till, the wallet, receipts and letters to customers; CONTRIBUTING.md says how to add
# one.
LANGUAGES = [
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
]
# Of the dashboard, the console and everything else: those that are translated wholly.
STAFF_LANGUAGES = ["en"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_REGION = env.str("DEFAULT_REGION", default="IE")
# Where files of orders are put for the bank, and where it puts its own; empty: by pages alone.
BANK_OUTBOX = env.str("BANK_OUTBOX", default="")
BANK_INBOX = env.str("BANK_INBOX", default="")
EXPORT_FOLDER = env.str("EXPORT_FOLDER", default="")
DEMO_BANK = env.str("DEMO_BANK", default="")
APPROVE_SHOPS = env.bool("APPROVE_SHOPS", default=False)
# Ceilings of an hour, for all addresses together.
CODES_HOUR_MAX = env.int("CODES_HOUR_MAX", default=5000)
WRONG_CODES_HOUR_MAX = env.int("WRONG_CODES_HOUR_MAX", default=1000)
APPLICATIONS_HOUR_MAX = env.int("APPLICATIONS_HOUR_MAX", default=500)
CURRENCIES = env.list("CURRENCIES", default=["EUR"])

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFiles"},
}

# Proxies are trusted for the scheme only: no decision depends on an address.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "tessera_dashboard"
SESSION_ENGINE = "identity.dashboard_sessions"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "config.error_pages.refuse_form"
X_FRAME_OPTIONS = "DENY"
# A photograph of a code stays in memory; nginx lets no larger one through.
FILE_UPLOAD_MAX_MEMORY_SIZE = 13 * 2**20
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.ShallowJsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.negotiation.AnswerAnyway",
    "DEFAULT_SCHEMA_CLASS": "api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "api.problems.answer_problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Tessera",
    "DESCRIPTION": "QR cashless checkout: charges, claims, payments, refunds.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"ChargeStatus": "pos.models.ChargeStatus.choices"},
}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or REDIS_URL.replace(
    "unix://", "redis+socket://", 1
)
CELERY_TASK_IGNORE_RESULT = True
# Only the banker takes these; others have no right to what they do.
CELERY_TASK_ROUTES = {"banking.*": {"queue": "bank"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A job is a hint that a sweep makes up for: a page never waits for an unreachable queue (by
# default Celery would try for six seconds).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 0.5,
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_BEAT_SCHEDULER = "config.timetable:Timetable"
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_SCHEDULE_FILE", default="celerybeat-schedule")
# While no worker runs, sweeps expire instead of piling up.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": every_s, "options": {"expires": every_s}}
    for name, task, every_s in [
        ("issue receipts", "pos.issue_receipts", 5),
        ("sweep charges", "pos.sweep_charges", 5),
        ("send letters", "relay.send_letters", 5),
        ("close settlements", "merchants.close_due_settlements", 60),
        ("order payouts", "merchants.order_payouts", 60),
        ("look after the bank", "banking.sweep", 5),
        ("expire holds", "ledger.expire_holds", 60),
        ("take checkpoints", "ledger.take_checkpoints", 60),
        ("seal the ledger", "ledger.seal", 60),
        ("erase what is known of documents", "wallet.erase_identity_facts", 3600),
        ("sweep sessions", "merchants.sweep_sessions", 3600),
        ("mail reports", "merchants.send_reports", 300),
        ("make long files", "merchants.make_exports", 30),
        ("remove long files", "merchants.remove_exports", 3600),
        ("bill fees", "merchants.bill_fees", 3600),
        ("set tiers of fees", "merchants.set_fee_tiers", 1800),
        ("draw fee invoices", "pos.draw_fee_invoices", 300),
        ("read lists of items", "pos.import_items", 30),
    ]
}

# In UTC; a night that beat missed is made up for when it is back.
CHECK_BOOKS_AT = env.str("CHECK_BOOKS_AT", default="03:30")
_HOUR, _MINUTE = CHECK_BOOKS_AT.split(":")
CELERY_BEAT_SCHEDULE |= {
    name: {
        "task": task,
        "schedule": crontab(hour=_HOUR, minute=_MINUTE),
        "options": {"expires": 6 * 3600},
    }
    for name, task in [
        ("check safeguarding", "banking.check_safeguarding"),
        ("count the limited network", "console.count_network_values"),
        ("check the books", "ledger.check_books"),
    ]
}

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default=None)
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="receipts@localhost")
EMAIL_SUBJECT_PREFIX = "[Tessera] "
ADMINS = [(address, address) for address in env.list("ADMINS", default=[])]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"short links": {"()": "config.logs.LinkShortener"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["short links"],
        }
    },
    "loggers": {
        # Without Django's own handler, which mails errors, including secrets, to ADMINS.
        "django": {"handlers": [], "level": "INFO"},
        # A refusal is a normal answer: Django would log a line with the link for each.
        "django.request": {"level": "ERROR"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

TOP_UP_MAX_MINOR = env.int("TOP_UP_MAX_MINOR", default=1_000_000)
# How long a shop's new bank account waits, unless a second person confirms it.
PAYOUT_ACCOUNT_WAIT_S = env.int("PAYOUT_ACCOUNT_WAIT_S", default=172_800)
# The least that is paid out; less is carried over. A merchant's own may be more.
PAYOUT_MIN_MINOR = read_sums(env.str("PAYOUT_MIN_MINOR", default="0"), others=0)
# The most that one adjustment by hand may move.
ADJUSTMENT_MAX_MINOR = read_sums(
    env.str("ADJUSTMENT_MAX_MINOR", default="100000"), others=100_000
)
# A run of more than this is released by another person than the one who made it.
PAYOUT_SECOND_PERSON_MINOR = env.int("PAYOUT_SECOND_PERSON_MINOR", default=100_000)
# The same of currencies that have a sum of their own.
SECOND_PERSON_MINOR = read_sums(env.str("SECOND_PERSON_MINOR", default=""))

# Tessera's own figures; docs/settings.md explains each.
CHARGE_LIFE_S = env.int("CHARGE_LIFE_S", default=300)
CHARGE_LIFE_MAX_S = env.int("CHARGE_LIFE_MAX_S", default=7200)
CLAIM_LEASE_S = env.int("CLAIM_LEASE_S", default=60)
PAIRING_CODE_LIFE_S = env.int("PAIRING_CODE_LIFE_S", default=900)
PAYMENT_CODES_CACHED = env.int("PAYMENT_CODES_CACHED", default=15)
PIN_LOCK_S = env.int("PIN_LOCK_S", default=1800)
SESSION_LIFE_DAYS = env.int("SESSION_LIFE_DAYS", default=180)
# The most that a wallet of a tier holds and moves, by currency; "*" is any other. Where a unit
# is worth something else, sums of euros would stop every sale, or none: the installation says.
_UNITS_LIKE_THE_EURO = ("AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD")
_LIMITS: dict[str, dict[str, int]] = {
    "start": {
        "balance": 100_000,
        "paid_day": 50_000,
        "paid_year": 250_000,
    },
    "known": {
        "balance": 1_000_000,
        "paid_day": 500_000,
        "paid_year": 10_000_000,
    },
    "checked": {"paid_year": 20_000_000},
}
_NO_LIMITS: dict[str, dict[str, int]] = {tier: {} for tier in _LIMITS}
WALLET_LIMITS = env.json(
    "WALLET_LIMITS",
    default={"*": _NO_LIMITS} | dict.fromkeys(_UNITS_LIKE_THE_EURO, _LIMITS),
)
# How long an ended wish for a higher tier keeps what it says of a document.
IDENTITY_KEPT_DAYS = env.int("IDENTITY_KEPT_DAYS", default=30)
NO_PIN_EACH_MAX_MINOR = env.int("NO_PIN_EACH_MAX_MINOR", default=3000)
NO_PIN_SUM_MAX_MINOR = env.int("NO_PIN_SUM_MAX_MINOR", default=10_000)
NO_PIN_COUNT_MAX = env.int("NO_PIN_COUNT_MAX", default=5)
SHEET_FONTS = env.list("SHEET_FONTS", default=[])
COUNTER_CAP_DAY_MINOR = env.int("COUNTER_CAP_DAY_MINOR", default=50_000)
REFUND_WINDOW_DAYS = env.int("REFUND_WINDOW_DAYS", default=365)
REFUND_COUNT_MAX = env.int("REFUND_COUNT_MAX", default=50)
LEDGER_HEADS_FILE = env.str("LEDGER_HEADS_FILE", default="")
INVARIANTS = [
    "ledger.invariants.books.INVARIANTS",
    "ledger.invariants.chart.INVARIANTS",
    "banking.invariants.INVARIANTS",
    "banking.order_invariants.INVARIANTS",
    "merchants.invariants.INVARIANTS",
    "pos.invariants.INVARIANTS",
    "pos.closing_invariants.INVARIANTS",
    "wallet.invariants.INVARIANTS",
]
