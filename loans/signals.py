"""What loans tells the apps above it, which it never imports."""

from django.dispatch import Signal

# Money came in. Sent inside the transaction that books it, so what listeners write stands or falls with it.
# Arguments: account (CreditAccount), payment (Payment), closed_bills (list of Bill ids), now (UTC).
payment_recorded = Signal()

# Many bills may have been closed at once, by an import. Sent inside the import's transaction.
# Arguments: now (UTC).
bills_changed = Signal()
