"""All settings, from the environment. Reading them starts nothing: type checker and collectstatic read them too.

PORTAL_ENV is `local` (the default: private services under var/, the sandbox provider, loopback hosts only) or
`production`. A secret can also come from a file: NAME_FILE names it. docs/configuration.md lists every name.
"""

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from accounts import allauth_forms
from notifications.channels import push_hosts
from portal import csp, embedded, environment, logs, rate_limits, required
from portal.environment import LOCAL, env, numbers, text

environment.refuse_what_cannot_run()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = embedded.VAR

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=embedded.local_secret() if LOCAL else "")
# Earlier keys, while a new one takes over.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] if LOCAL else env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# The address people reach the portal at, for links in messages and for the providers' receipts.
PORTAL_URL = text("PORTAL_URL", local="http://localhost:8000").rstrip("/")
LENDER_NAME = env.str("LENDER_NAME", default="Example Lending")
LENDER_PHONE = env.str("LENDER_PHONE", default="+1 555 010 0199")
LENDER_EMAIL = env.str("LENDER_EMAIL", default="help@lender.example")
# Whom contact law sees: the lender in its own name (creditor), or who collects for others (collector).
LENDER_ROLE = env.str("LENDER_ROLE", default="creditor")

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "anymail",
    "accounts",
    "loans",
    "notifications",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.RefusalMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SessionLifeMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SeenMiddleware",
    "accounts.middleware.PrivateMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------- database, cache, broker ----------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL") if env.str("DATABASE_URL", default="") else embedded.DATABASE
}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps connections, in Celery's children too
# A restart of the database breaks every kept connection; unchecked, each costs one request, a person's STOP among them.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": env.int("DB_POOL_SIZE", default=8),
    "timeout": 5,  # seconds; psycopg's 30 would hold every thread of the web server while the database is away
}

REDIS_URL = env.str("REDIS_URL", default="") or f"unix://{embedded.VALKEY_SOCKET}?db=0"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

CELERY_BROKER_URL = (
    env.str("REDIS_URL", default="") or f"redis+socket://{embedded.VALKEY_SOCKET}?virtual_host=1"
)
# Without it kombu encrypts for whoever answers, and tells them the password.
CELERY_BROKER_USE_SSL = (
    {"ssl_cert_reqs": ssl.CERT_REQUIRED} if CELERY_BROKER_URL.startswith("rediss:") else False
)
ENGINE_TICK = timedelta(seconds=env.int("ENGINE_TICK_SECONDS", default=5 if LOCAL else 15))
# Planning looks at what is due once a slot; the ticks between only send.
ENGINE_SLOT = timedelta(seconds=env.int("ENGINE_SLOT_SECONDS", default=15 if LOCAL else 60))
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# What Prometheus says to read /metrics; empty: nobody may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# kind → days that rows are kept, 0 for ever; not named: as accounts.retention has it
RETENTION_DAYS = numbers("RETENTION_DAYS", default={})

# ---------- people ----------
AUTH_USER_MODEL = "accounts.User"
# The address is unique by a constraint on its lower case, which this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.passwords.{rule}"}
    for rule in ("OwnWords", "LongEnough", "NotTooLong", "Uncommon", "NotDigitsAlone")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone"]  # sign-up itself is closed: logins are born from a claim
ACCOUNT_EMAIL_VERIFICATION = "optional"  # a login by code verifies the address it used
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds
ACCOUNT_SESSION_REMEMBER = True  # one length for every way to sign in: SESSION_COOKIE_AGE
ACCOUNT_FORMS = allauth_forms.FORMS
ACCOUNT_RATE_LIMITS = rate_limits.LIMITS
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Passkeys and authenticator apps. No tolerance of a neighbouring half minute for a code of an app: allauth
# 65.21 remembers a used code for 30 s only, so with a tolerance the code could be used twice.
MFA_ADAPTER = "accounts.second_factors.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]  # recovery codes are ours: accounts.recovery_codes
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers know passkeys on http://localhost, and nowhere else without TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
MFA_TOTP_ISSUER = LENDER_NAME
MFA_FORMS = allauth_forms.SECOND_FACTOR_FORMS
# Whether staff must have a passkey or an authenticator app before they see a staff page.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not LOCAL)
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# A fact about the borrower, asked when an invitation is used: accounts asks, loans knows.
CLAIM_FACT = "loans.claim_fact.contract_number_ends_with"
INVITATION_DAYS = 14
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_REGION = env.str("DEFAULT_REGION", default="US")  # of a number without a country code
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# ---------- conversations ----------
# Until a person answers; borrowers see it.
CONVERSATION_ANSWER_HOURS = env.int("CONVERSATION_ANSWER_HOURS", default=24)
# Reminders are silent while a borrower waits for an answer; should nobody ever answer, no longer than this.
CONVERSATION_HOLD_DAYS = env.int("CONVERSATION_HOLD_DAYS", default=14)

# ---------- requests ----------
# Ahead, that a borrower may promise by themselves.
# A text's own link to answer it by. Where it may stand is the rulebooks' to say (rules of kind links).
TEXT_ANSWER_LINKS = env.bool("TEXT_ANSWER_LINKS", default=True)
PROMISE_MOST_DAYS = env.int("PROMISE_MOST_DAYS", default=30)
PROMISE_BOOKING_DAYS = env.int("PROMISE_BOOKING_DAYS", default=3)  # a transfer takes after the promised day
# Days within which the lender answers each kind; borrowers see them.
HELP_ANSWER_DAYS = {
    "hardship": env.int("HARDSHIP_ANSWER_DAYS", default=5),
    "due_day": env.int("DUE_DAY_ANSWER_DAYS", default=5),
    "dispute": env.int("DISPUTE_ANSWER_DAYS", default=30),
    "complaint": env.int("COMPLAINT_ANSWER_DAYS", default=15),
}

# ---------- the core system ----------
# Apache Fineract, where it is the core system: manage.py import_fineract (docs/fineract.md).
FINERACT_URL = env.str("FINERACT_URL", default="").rstrip("/")
FINERACT_TENANT = env.str("FINERACT_TENANT", default="default")
FINERACT_USER = env.str("FINERACT_USER", default="")
FINERACT_PASSWORD = env.str("FINERACT_PASSWORD", default="")
# Fineract does not say where its clients live.
FINERACT_COUNTRY = env.str("FINERACT_COUNTRY", default="")
FINERACT_REGION = env.str("FINERACT_REGION", default="")
FINERACT_TIME_ZONE = env.str("FINERACT_TIME_ZONE", default="UTC")

# ---------- paying online ----------
# name → dotted path of a class as loans.pay.provider.Provider describes it
PAY_PROVIDERS = {"sandbox": "loans.pay.sandbox.Sandbox", **env.dict("PAY_PROVIDERS", default={})}
PAY_PROVIDER = text("PAY_PROVIDER", local="sandbox")  # empty: nobody can pay online
PAY_SECRET = text("PAY_SECRET", local="whsec_c2FuZGJveC1wYXktc2VjcmV0")
# The lender's own words on how to pay, by currency and language.
PAYMENT_INSTRUCTIONS = text(
    "PAYMENT_INSTRUCTIONS", local=str(BASE_DIR / "docs" / "payment-instructions.example.toml")
)

# ---------- language and time ----------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# ---------- static files ----------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = LOCAL
# What borrowers send us. No address leads there: a view that asks whose it is hands it out.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "attachments")))
MOST_UPLOADED = 16 * 1024 * 1024  # bytes of a whole request: three files of 5 MB, and words
MOST_KEPT = env.int("FILES_MEGABYTES", default=100) * 1024 * 1024  # bytes of all the files of one borrower
# A virus scanner, clamd, as host:port or unix:/path; where it is set, no file is handed out before it was found clean.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# ---------- channels ----------
# name → dotted path, imported on first use
PROVIDERS = {
    "alibaba": "notifications.channels.alibaba.Alibaba",
    "email": "notifications.channels.email.Email",
    "push": "notifications.channels.push.Push",
    "twilio": "notifications.channels.twilio.Twilio",
    "whatsapp": "notifications.channels.whatsapp.WhatsApp",
}
# channel → provider → weight: its share while all do equally well. An inbox note needs none: committing it delivers it.
CHANNEL_PROVIDERS: dict[str, dict[str, float]] = {
    "email": {"email": 1},
    "sms": numbers("SMS_PROVIDERS", default={"twilio": 1}),
}
# A borrower claimed so often in a row without an outcome is set aside, so that the others go on.
MOST_FRUITLESS_CLAIMS = env.int("MOST_FRUITLESS_CLAIMS", default=5)
# provider → messages a second; not named: without limit
PROVIDER_RATES = numbers("PROVIDER_RATES", default={})

# provider → the module that understands what it tells us
PROVIDER_READERS = {
    "alibaba": "notifications.hooks.alibaba_events",
    "email": "notifications.hooks.mail_events",
    "twilio": "notifications.hooks.twilio_events",
    "whatsapp": "notifications.hooks.whatsapp_events",
}
# name → the TOML file that describes a provider of texts (docs/http-provider.example.toml)
HTTP_PROVIDERS: dict[str, str] = env.dict("HTTP_PROVIDERS", default={})
for _name in HTTP_PROVIDERS:
    if _name in PROVIDERS:
        raise ImproperlyConfigured(f"HTTP_PROVIDERS has “{_name}”, which is taken. Give it another name.")
    PROVIDERS[_name] = "notifications.channels.gateway.GatewayProvider"
    PROVIDER_READERS[_name] = "notifications.hooks.gateway_events"
# What providers tell us while the database is away is kept here; on a disk that outlives the process.
HOOK_SPOOL = Path(env.str("HOOK_SPOOL", default=str(VAR_DIR / "spool")))
HOOK_SPOOL_BYTES = env.int("HOOK_SPOOL_BYTES", default=64 * 1024 * 1024)

SANDBOX_URL = env.str("SANDBOX_URL", default="http://127.0.0.1:8001").rstrip("/") if LOCAL else ""
TWILIO_BASE_URL = env.str("TWILIO_BASE_URL", default=SANDBOX_URL or "https://api.twilio.com").rstrip("/")
TWILIO_ACCOUNT_SID = text("TWILIO_ACCOUNT_SID", local="AC00000000000000000000000000000000")
TWILIO_AUTH_TOKEN = text("TWILIO_AUTH_TOKEN", local="sandbox-token")
TWILIO_FROM = text("TWILIO_FROM", local="+15550100100")
ALIBABA_SMS_BASE_URL = text(
    "ALIBABA_SMS_BASE_URL", local=f"{SANDBOX_URL}/alibaba", production="https://dysmsapi.aliyuncs.com"
).rstrip("/")
ALIBABA_SMS_REGION = env.str("ALIBABA_SMS_REGION", default="cn-hangzhou")
ALIBABA_SMS_KEY_ID = text("ALIBABA_SMS_KEY_ID", local="sandbox-key")
ALIBABA_SMS_KEY_SECRET = text("ALIBABA_SMS_KEY_SECRET", local="sandbox-secret")
ALIBABA_SMS_SIGN_NAME = text("ALIBABA_SMS_SIGN_NAME", local="示例消费金融")
# A part of the addresses that its receipts and replies are posted to: it does not sign them.
ALIBABA_SMS_HOOK_TOKEN = text("ALIBABA_SMS_HOOK_TOKEN", local="sandbox-hook")

# Without an access token nobody is offered WhatsApp.
WHATSAPP_BASE_URL = text(
    "WHATSAPP_BASE_URL", local=f"{SANDBOX_URL}/whatsapp", production="https://graph.facebook.com/v23.0"
).rstrip("/")
WHATSAPP_PHONE_NUMBER_ID = text("WHATSAPP_PHONE_NUMBER_ID", local="106540352242922")
WHATSAPP_ACCESS_TOKEN = text("WHATSAPP_ACCESS_TOKEN", local="sandbox-token")
WHATSAPP_APP_SECRET = text("WHATSAPP_APP_SECRET", local="sandbox-secret")
WHATSAPP_VERIFY_TOKEN = text("WHATSAPP_VERIFY_TOKEN", local="sandbox-verify")
if WHATSAPP_ACCESS_TOKEN:
    CHANNEL_PROVIDERS["whatsapp"] = {"whatsapp": 1}

SMS_SEGMENT_PRICE = env.str("SMS_SEGMENT_PRICE", default="0.0083 USD")  # shown to staff: what a segment costs
PROVIDER_TIMEOUT = timedelta(seconds=env.int("PROVIDER_TIMEOUT_SECONDS", default=10))
PROVIDER_OPEN_CALLS = env.int("PROVIDER_OPEN_CALLS", default=200)  # at once, per worker

# Whom push services know us by. Without a key nobody is offered push messages. `manage.py make_push_key` makes one.
PUSH_PRIVATE_KEY = env.str("PUSH_PRIVATE_KEY", default=embedded.local_push_key() if LOCAL else "")
PUSH_CONTACT = env.str("PUSH_CONTACT", default=f"mailto:{LENDER_EMAIL}")  # whom a push service complains to
PUSH_HOSTS = env.list("PUSH_HOSTS", default=list(push_hosts.BROWSERS))
if PUSH_PRIVATE_KEY:
    CHANNEL_PROVIDERS["push"] = {"push": 1}

EMAIL_BACKEND = text(
    "EMAIL_BACKEND",
    local="notifications.sandbox.mail.SandboxEmailBackend",
    production="django.core.mail.backends.smtp.EmailBackend",
)
if email_url := env.str("EMAIL_URL", default=""):
    globals().update(env.email_url_config(email_url))
EMAIL_TIMEOUT = int(PROVIDER_TIMEOUT.total_seconds())
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{LENDER_NAME} <no-reply@lender.example>")
REPLY_TO_EMAIL = text("REPLY_TO_EMAIL", local="replies@lender.example")
ANYMAIL = {key: value for key in env.list("ANYMAIL_KEYS", default=[]) if (value := env.str(key, default=""))}
# Which of anymail's webhooks there are: those of the provider that sends, as anymail names it in its addresses.
MAIL_WEBHOOKS = "postmark" if LOCAL else required.mail_provider(EMAIL_BACKEND)
if secret := text("ANYMAIL_WEBHOOK_SECRET", local="sandbox:sandbox-mail-secret"):
    ANYMAIL["WEBHOOK_SECRET"] = secret

# ---------- security ----------
CONTENT_SECURITY_POLICY = csp.POLICY
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
# idle: without a sign of the person. whole: from the sign-in on (accounts.session_life).
SESSION_LIFE = {
    "idle": timedelta(minutes=env.int("SESSION_IDLE_MINUTES", default=30)),
    "whole": timedelta(hours=env.int("SESSION_HOURS", default=12)),
}
STAFF_SESSION_LIFE = {
    "idle": timedelta(minutes=env.int("STAFF_SESSION_IDLE_MINUTES", default=20)),
    "whole": timedelta(hours=env.int("STAFF_SESSION_HOURS", default=8)),
}
SESSION_COOKIE_AGE = int(max(SESSION_LIFE["whole"], STAFF_SESSION_LIFE["whole"]).total_seconds())
DEVICE_COOKIE_NAME = "device"  # which logins were used on it: accounts.devices
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if not LOCAL:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = (
        ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
    )
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # A browser takes such a name only with Secure, from this very host and for all of it: no other host can set it.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"

LOGGING = logs.config(env.str("LOG_LEVEL", default="INFO"))
