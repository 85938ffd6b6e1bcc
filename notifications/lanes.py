"""The borrower's lane as a mutex: what changes their reminders from outside the engine takes it first."""

from django.db import connection

from notifications.models import Lane


def lock(borrower_id: int) -> None:
    """Hold the borrower's lane until the transaction ends, so that no claim decides meanwhile.

    A claim skips a locked lane; a claim that came first has committed what it is sending before this returns.
    RuntimeError: called outside a transaction, where the lock would be gone at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "Lock a lane inside transaction.atomic(): outside, the lock ends with the statement."
        )
    Lane.objects.get_or_create(borrower_id=borrower_id)
    Lane.objects.select_for_update().get(borrower_id=borrower_id)
