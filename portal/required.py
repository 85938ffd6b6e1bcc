"""What production must be told. Local runs have a default for each of these; people's money has none."""

from collections.abc import Mapping

MUST_HAVE = {
    "SECRET_KEY": "50 or more random characters",
    "DATABASE_URL": "postgres://user:password@host/name",
    "REDIS_URL": "rediss://host/0, of Redis or Valkey",
    "ALLOWED_HOSTS": "the portal's host names, with commas between them",
    "PORTAL_URL": "where people reach the portal: https://…",
    "LENDER_NAME": "who writes to borrowers",
    "LENDER_PHONE": "where a borrower reaches a person",
    "LENDER_EMAIL": "where a borrower reaches a person",
    "DEFAULT_FROM_EMAIL": "the sender of e-mails",
    "TWILIO_ACCOUNT_SID": "the account that sends texts",
    "TWILIO_AUTH_TOKEN": "its token",
    "TWILIO_FROM": "the number that texts come from",
}
# What a provider must be told, where it is used; Twilio's are above, for it is the one that is used unless another is.
BY_PROVIDER = {
    "alibaba": {
        "ALIBABA_SMS_KEY_ID": "the account that sends texts",
        "ALIBABA_SMS_KEY_SECRET": "its secret",
        "ALIBABA_SMS_SIGN_NAME": "the approved signature that texts begin with",
        "ALIBABA_SMS_HOOK_TOKEN": "20 or more random characters, a part of its callbacks' addresses",
    },
    "whatsapp": {
        "WHATSAPP_PHONE_NUMBER_ID": "the number that messages come from",
        "WHATSAPP_APP_SECRET": "what Meta signs its webhooks with",
        "WHATSAPP_VERIFY_TOKEN": "what Meta asks the webhook's address for",
    },
}
SWITCHES = ("SMS_PROVIDERS", "WHATSAPP_ACCESS_TOKEN")
OTHERS = tuple(name for names in BY_PROVIDER.values() for name in names)
LOOKED_AT = (
    *MUST_HAVE,
    *OTHERS,
    *SWITCHES,
    "DEBUG",
    "EMAIL_BACKEND",
    "EMAIL_URL",
    "METRICS_TOKEN",
    "ANYMAIL_WEBHOOK_SECRET",
)
SHORTEST_TOKEN = 20  # characters
SHORTEST_KEY = 50  # characters; Django's own check warns below it


def problems(values: Mapping[str, str]) -> list[str]:
    """What is missing or cannot work, each with what to do. values: of the names in LOOKED_AT, "" where unset."""
    missing = [f"{name} is not set: {what}." for name, what in _wanted(values).items() if not values[name]]
    return missing + [sentence for wrong, sentence in _wrong(values) if wrong]


def _wanted(values: Mapping[str, str]) -> Mapping[str, str]:
    """What must be set: Twilio's account only where it sends, another provider's where that one does."""
    texts = {pair.partition("=")[0].strip() for pair in values["SMS_PROVIDERS"].split(",")} - {""} or {
        "twilio"
    }
    used = texts | ({"whatsapp"} if values["WHATSAPP_ACCESS_TOKEN"] else set())
    wanted = {
        name: what for name, what in MUST_HAVE.items() if "twilio" in used or not name.startswith("TWILIO_")
    }
    for provider in sorted(used & set(BY_PROVIDER)):
        wanted |= BY_PROVIDER[provider]
    return wanted


def mail_provider(backend: str) -> str:
    """The mail provider of a django-anymail backend, as anymail names it in its webhooks' addresses; else empty."""
    path = backend.split(".")
    return path[2] if path[:2] == ["anymail", "backends"] and len(path) > 3 else ""


def _wrong(values: Mapping[str, str]) -> list[tuple[bool, str]]:
    key, database, portal = values["SECRET_KEY"], values["DATABASE_URL"], values["PORTAL_URL"]
    hosts = [host.strip() for host in values["ALLOWED_HOSTS"].split(",")]
    return [
        (0 < len(key) < SHORTEST_KEY, f"SECRET_KEY has {len(key)} characters: give {SHORTEST_KEY} or more."),
        (
            bool(database) and not database.startswith(("postgres://", "postgresql://")),
            "DATABASE_URL is not PostgreSQL's: postgres://user:password@host/name.",
        ),
        (
            bool(portal) and not portal.startswith("https://"),
            "PORTAL_URL is not https: links in messages and the providers' receipts go there.",
        ),
        (
            0 < len(values["METRICS_TOKEN"]) < SHORTEST_TOKEN,
            f"METRICS_TOKEN has {len(values['METRICS_TOKEN'])} characters: give {SHORTEST_TOKEN} or more, or none.",
        ),
        ("*" in hosts, "ALLOWED_HOSTS has *: name the hosts, or links can be made to lead elsewhere."),
        (
            values["DEBUG"].lower() in ("1", "true", "yes", "on"),
            "DEBUG is on: it shows secrets to strangers.",
        ),
        (
            not (values["EMAIL_URL"] or values["EMAIL_BACKEND"]),
            "EMAIL_URL is not set: smtp+tls://user:password@host:587, or a django-anymail backend in EMAIL_BACKEND.",
        ),
        (
            values["EMAIL_BACKEND"].startswith("notifications.sandbox"),
            "EMAIL_BACKEND is the sandbox, which delivers nothing: set EMAIL_URL or another backend.",
        ),
        (
            bool(mail_provider(values["EMAIL_BACKEND"])) and ":" not in values["ANYMAIL_WEBHOOK_SECRET"],
            "ANYMAIL_WEBHOOK_SECRET is not user:password: without it anybody could tell us that mails bounced.",
        ),
    ]
