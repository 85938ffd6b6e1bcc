"""What this app does when the app below it speaks. Imported by the app's config when it is ready."""

from accounts.models import Borrower
from accounts.signals import login_deleted
from loans import feeds


def _on_login_deleted(borrower: Borrower, **_: object) -> None:
    """Who can no longer end the calendar's address must not leave it open."""
    feeds.revoke(borrower)


login_deleted.connect(_on_login_deleted, dispatch_uid="deleted_login_ends_calendar")
