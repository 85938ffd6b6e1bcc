"""What of a borrower this app keeps."""

from accounts import my_data
from accounts.my_data import Section
from loans.models import Allocation, Bill, CreditAccount, PayEvent, Payment, PayOrder, Reversal
from loans.models.feed import CalendarFeed

my_data.add(
    Section(
        "accounts",
        lambda person: CreditAccount.objects.filter(borrower=person),
        (
            "reference", "product", "currency", "status", "lender_status", "opened_on", "is_autopay", "principal",
            "annual_rate_pct", "instalments", "instalment_amount", "purpose", "credit_limit", "reported_balance",
            "reported_at", "months_past_due", "days_past_due_band",
        ),
    ),
    Section(
        "bills",
        lambda person: Bill.objects.filter(account__borrower=person),
        (
            "account__reference", "number", "issued_on", "due_on", "amount", "principal", "interest",
            "statement_balance", "balance_after", "paid", "closed_at",
        ),
    ),
    Section(
        "payments",
        lambda person: Payment.everything.filter(account__borrower=person),
        ("account__reference", "reference", "received_on", "amount", "basis", "created_at", "reversed_at"),
    ),
    Section(
        "payments_by_bill",
        lambda person: Allocation.objects.filter(payment__account__borrower=person),
        ("payment__reference", "bill__account__reference", "bill__number", "amount"),
    ),
    Section(
        "payments_taken_back",
        lambda person: Reversal.objects.filter(payment__account__borrower=person),
        ("payment__reference", "at", "on", "why", "was", "principal"),
    ),
    Section(
        "online_payments",
        lambda person: PayOrder.objects.filter(account__borrower=person),
        ("account__reference", "provider", "amount", "state", "created_at", "expires_at", "payment__reference"),
    ),
    Section(
        "online_payment_events",
        lambda person: PayEvent.objects.filter(order__account__borrower=person),
        ("provider", "key", "said", "outcome", "at"),
    ),
    Section(
        "calendar_feed",
        lambda person: CalendarFeed.objects.filter(borrower=person),
        ("is_discreet", "alarm_days", "made_at", "read_on"),
    ),
)  # fmt: skip
