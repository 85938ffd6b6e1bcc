"""What loans tells the apps above it, which it never imports."""

from django.dispatch import Signal

# Money came in. Sent inside the transaction that books it, so what listeners write stands or falls with it.
# Arguments: account (CreditAccount), payment (Payment), closed_bills (list of Bill ids), now (UTC).
payment_recorded = Signal()

# Bills that were paid or had fallen away are owed again: a payment was taken back, or the books corrected it. Sent
# inside the transaction. Arguments: account (CreditAccount), bills (ids of Bill), now (UTC).
bills_opened = Signal()

# A payment was taken back. Sent inside the transaction, after `bills_opened`.
# Arguments: account (CreditAccount), payment (Payment), reversal (Reversal), now (UTC).
payment_taken_back = Signal()

# Bills may have been closed without a payment: by an import, or by the core system. Sent inside the transaction.
# Arguments: now (UTC); borrowers (ids of Borrower), left out where it may be anybody's.
bills_changed = Signal()

# Asked, not told: a receiver answers True where the borrower reads papers in large print. Arguments: borrower.
large_print_asked = Signal()

# Bills of one account have other due days now. Sent inside the transaction.
# Arguments: account (CreditAccount), bills (ids of Bill), now (UTC).
bills_moved = Signal()
