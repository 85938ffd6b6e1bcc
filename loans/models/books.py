"""What is owed: credit accounts, their bills, the payments and how these were split."""

import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_whom
from accounts.models import Borrower


def money(verbose_name: object, **options: object) -> "models.DecimalField[Decimal, Decimal]":
    """An amount in the account's currency, to the thousandth: the dinar has three places."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=3, **options)  # type: ignore[arg-type]


def _today() -> date:
    """The lender's day is UTC's."""
    return timezone.now().date()


class CreditAccount(models.Model):
    """One agreement: an instalment loan, a credit card or a line of credit."""

    class Product(models.TextChoices):
        INSTALMENT_LOAN = "instalment_loan", _("personal loan")
        CREDIT_CARD = "credit_card", _("credit card")
        LINE_OF_CREDIT = "line_of_credit", _("line of credit")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("paid off")
        CHARGED_OFF = "charged_off", _("written off by the lender")

    # In addresses, where it tells nothing.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("lender's reference"), max_length=64, unique=True)
    borrower = models.ForeignKey(
        Borrower, on_delete=models.PROTECT, related_name="credit_accounts", verbose_name=_("borrower")
    )
    product = models.CharField(_("product"), max_length=20, choices=Product)
    currency = models.CharField(_("currency"), max_length=3, help_text=_("ISO 4217."))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.OPEN)
    lender_status = models.CharField(_("status at the lender"), max_length=40, blank=True)  # as reported
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    is_autopay = models.BooleanField(
        _("paid automatically"),
        db_default=False,
        help_text=_("The borrower's bank pays each bill by itself."),
    )

    # An instalment loan's contract; empty for a card.
    principal = money(_("principal"), null=True, blank=True)
    annual_rate_pct = models.DecimalField(
        _("yearly interest, %"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    instalments = models.PositiveSmallIntegerField(_("number of instalments"), null=True, blank=True)
    instalment_amount = money(_("instalment"), null=True, blank=True)  # as the lender printed it
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)

    # A card's or line's contract; empty for a loan.
    credit_limit = money(_("credit limit"), null=True, blank=True)

    # What the lender's books say. Where they speak, the portal shows them and its own sum is only a check.
    reported_balance = money(_("balance reported by the lender"), null=True, blank=True)
    reported_at = models.DateTimeField(_("as of"), null=True, blank=True)  # UTC; later payments are not in it
    # Of the two, where they differ: loans.truth wrote it down at its last comparison of all accounts
    difference = money(_("reported above our own sum"), null=True, blank=True)
    months_past_due = models.PositiveSmallIntegerField(_("months past due, reported"), default=0)
    days_past_due_band = models.CharField(_("days past due, reported"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("credit account")
        verbose_name_plural = _("credit accounts")
        indexes = [
            # Read by the staff's first page and its list: those that differ, of all.
            models.Index(fields=["id"], condition=Q(difference__isnull=False), name="credit_account_differs"),
        ]

    def __str__(self) -> str:
        return self.reference


class Bill(models.Model):
    """One dated demand for money: a loan's instalment, or a card statement's minimum due."""

    account = models.ForeignKey(  # bill_number_once begins with it: no index of its own
        CreditAccount,
        on_delete=models.PROTECT,
        related_name="bills",
        db_index=False,
        verbose_name=_("credit account"),
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("Place in the schedule, from 1."))
    issued_on = models.DateField(_("issued on"), null=True, blank=True)  # a card's statement day
    due_on = models.DateField(_("due on"), help_text=_("Calendar day at the lender; all of it is in time."))
    amount = money(_("amount due"))  # 0: a statement that demands nothing
    principal = money(_("of it principal"), null=True, blank=True)
    interest = money(_("of it interest"), null=True, blank=True)
    statement_balance = money(_("statement balance"), null=True, blank=True)  # below 0: the lender owes
    balance_after = money(_("principal left after it"), null=True, blank=True)  # by the contract schedule
    paid = money(_("paid"), default=Decimal(0))  # sum of the allocations
    # UTC; paid, or replaced by a newer one.
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        ordering = ["account", "number"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="bill_number_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("amount")), name="bill_paid_in_range"
            ),
        ]
        # Read by the planner: its cost must follow what is due, not the portfolio.
        indexes = [models.Index(fields=["due_on"], condition=Q(closed_at=None), name="bill_open_due_on")]

    def __str__(self) -> str:
        return f"{self.account} · {self.due_on}"

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid of this bill, in the account's currency."""
        return self.amount - self.paid


class StandingPayments(models.Manager["Payment"]):
    """Those that count."""

    def get_queryset(self) -> models.QuerySet["Payment"]:
        return super().get_queryset().filter(reversed_at=None)


class AllPayments(models.Manager["Payment"]):
    """Also those that were taken back."""


class Payment(models.Model):
    """Money received for one account. One that was taken back counts nowhere: it is only in `everything`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        CreditAccount, on_delete=models.PROTECT, related_name="payments", verbose_name=_("credit account")
    )
    reference = models.CharField(_("lender's reference"), max_length=64, unique=True)
    received_on = models.DateField(_("received on"))
    amount = money(_("amount"))
    basis = models.CharField(_("basis"), max_length=20, blank=True)  # reported, derived, recorded
    recorded_by = by_whom(_("recorded by"))
    created_at = models.DateTimeField(_("booked"), default=timezone.now)
    reversed_at = models.DateTimeField(_("taken back"), null=True, blank=True)  # UTC; the why is in Reversal

    objects = StandingPayments()
    everything = AllPayments()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-received_on", "-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive")]

    def __str__(self) -> str:
        return self.reference


class Allocation(models.Model):
    """How much of one payment went to one bill."""

    payment = models.ForeignKey(  # allocation_once begins with it: no index of its own
        Payment, on_delete=models.PROTECT, related_name="allocations", db_index=False
    )
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="allocations")
    amount = money(_("amount"))

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(fields=["payment", "bill"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.bill}"


class Reversal(models.Model):
    """The audit of a payment that was taken back: who, why, and how it had been split. Written once."""

    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, related_name="reversal", verbose_name=_("payment")
    )
    at = models.DateTimeField(_("taken back"), default=timezone.now)  # UTC; when it was booked here
    on = models.DateField(_("taken back on"), default=_today)  # calendar day at the lender
    by = by_whom(_("taken back by"))
    why = models.CharField(_("why"), max_length=200)
    was = models.JSONField(_("what it had paid"), default=dict)  # bill's number → amount
    principal = money(_("of it principal"))  # by how much the balance is higher again

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")

    def __str__(self) -> str:
        return f"{self.payment} ⨯"
