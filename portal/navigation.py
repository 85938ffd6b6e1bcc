"""Under which item of the borrower's navigation each page lies. Pure."""

from django.urls import ResolverMatch

OVERVIEW, REMINDERS, INBOX = "loans:dashboard", "notifications:preferences", "notifications:inbox"
CONTACT, PROFILE, NOWHERE = "conversations:list", "accounts:profile", ""

# The name of a view, or of its app: django-allauth's have none, and their names begin with the app's.
ITEMS = {
    "loans": OVERVIEW,
    "loans:calendar": PROFILE,
    "notifications": REMINDERS,
    "notifications:inbox": INBOX,
    "notifications:message": INBOX,
    "notifications:check": NOWHERE,  # for whoever holds a message, signed in or not
    "conversations": CONTACT,
    "help": CONTACT,
    "accounts": PROFILE,
    "accounts:claim": NOWHERE,
    "account": PROFILE,
    "mfa": PROFILE,
    "usersessions": PROFILE,
}


def item_of(match: ResolverMatch | None) -> str:
    """The view of the item that a page is, or lies under; empty for a page under none."""
    if match is None:  # no such address
        return NOWHERE
    app = match.namespace or (match.url_name or "").partition("_")[0]
    return ITEMS.get(match.view_name, ITEMS.get(app, NOWHERE))
