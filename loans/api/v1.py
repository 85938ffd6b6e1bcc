"""Version 1 of the API: batches in, balances and schedules out. Every answer is declared, errors too."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI
from ninja.errors import HttpError

from accounts.access import calendar_day
from accounts.models import Borrower
from loans import balances
from loans.api import upserts
from loans.api.calls import BadKey, NotJson, StillRunning, audit, write
from loans.api.keys import KeyAuth, NotAllowed, TooManyCalls
from loans.api.schemas import (
    AccountIn,
    AccountOut,
    Batch,
    BatchOut,
    BillIn,
    BillOut,
    BorrowerIn,
    NextBillOut,
    OverdueOut,
    PaymentIn,
    Problem,
    ReversalIn,
    ScheduleOut,
)
from loans.currency import unit
from loans.figures import AccountView
from loans.models import CreditAccount
from loans.models.api import Scope


class PortalAPI(NinjaAPI):
    """Its answers are for programs: opened in a browser, one is saved and not shown."""

    def create_response(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(*args, **kwargs)
        response.headers.setdefault("Content-Disposition", 'attachment; filename="api.json"')
        return response


api = PortalAPI(
    title="Borrower portal",
    version="1.0.0",
    urls_namespace="api-v1",
    auth=KeyAuth(),
    docs_url=None,  # its page loads scripts from elsewhere
    description="Feeds the portal from the lender's core system. Amounts are strings; days are YYYY-MM-DD.",
)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
MOST_MB = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / 2**20
REFUSED = {400: Problem, 401: Problem, 403: Problem, 413: Problem, 422: Any, 429: Problem}
WRITTEN = {200: BatchOut, 409: Problem, 415: Problem, **REFUSED}
NOT_FOUND = {404: Problem, **REFUSED}


@api.post("/borrowers", response=WRITTEN, summary="Create or update borrowers")
def put_borrowers(request: HttpRequest, batch: Batch[BorrowerIn]) -> Any:
    return write(request, Scope.BORROWERS, batch, upserts.borrowers)


@api.post("/accounts", response=WRITTEN, summary="Create or update credit accounts")
def put_accounts(request: HttpRequest, batch: Batch[AccountIn]) -> Any:
    return write(request, Scope.ACCOUNTS, batch, upserts.accounts)


@api.post("/bills", response=WRITTEN, summary="Create bills, or correct open ones")
def put_bills(request: HttpRequest, batch: Batch[BillIn]) -> Any:
    return write(request, Scope.BILLS, batch, upserts.bills)


@api.post("/payments", response=WRITTEN, summary="Book payments; reminders of what they pay fall away")
def put_payments(request: HttpRequest, batch: Batch[PaymentIn]) -> Any:
    return write(request, Scope.PAYMENTS, batch, upserts.payments)


@api.post("/reversals", response=WRITTEN, summary="Take payments back; what they paid is owed again")
def put_reversals(request: HttpRequest, batch: Batch[ReversalIn]) -> Any:
    return write(request, Scope.REVERSALS, batch, upserts.reversals)


@api.get("/borrowers/{reference}/accounts", response={200: list[AccountOut], **NOT_FOUND})
def accounts_of_borrower(request: HttpRequest, reference: str) -> Any:
    """All accounts of one borrower, as they see them."""
    audit(request, Scope.READ)
    borrower = get_object_or_404(Borrower, reference=_known(reference))
    overview = balances.overview(borrower, today=calendar_day(borrower))
    return [_account(view, borrower) for view in overview.accounts]


@api.get("/accounts/{reference}", response={200: AccountOut, **NOT_FOUND})
def account(request: HttpRequest, reference: str) -> Any:
    """One account's balance, next bill and what is overdue."""
    audit(request, Scope.READ)
    found = _find(reference)
    view = balances.account_view(found, today=calendar_day(found.borrower))
    return _account(view, found.borrower)


@api.get("/accounts/{reference}/schedule", response={200: ScheduleOut, **NOT_FOUND})
def schedule(request: HttpRequest, reference: str) -> Any:
    """All bills of one account, by due day."""
    audit(request, Scope.READ)
    found = _find(reference)

    def shown(amount: Decimal | None) -> str | None:
        return None if amount is None else _amount(amount, found.currency)

    rows = [
        BillOut(
            number=bill.number,
            due_on=bill.due_on,
            amount=_amount(bill.amount, found.currency),
            principal=shown(bill.principal),
            interest=shown(bill.interest),
            paid=_amount(bill.paid, found.currency),
            is_open=bill.closed_at is None,
        )
        for bill in found.bills.order_by("due_on", "number")
    ]
    return ScheduleOut(account=found.reference, currency=found.currency, bills=rows)


def _find(reference: str) -> CreditAccount:
    return get_object_or_404(CreditAccount.objects.select_related("borrower"), reference=_known(reference))


def _known(reference: str) -> str:
    """A reference as it can stand in the books; anything else is nobody's."""
    return reference if reference.isprintable() and len(reference) <= 64 else ""


def _account(view: AccountView, borrower: Borrower) -> AccountOut:
    account, late, bill = view.account, view.overdue, view.next_bill
    return AccountOut(
        reference=account.reference,
        borrower=borrower.reference,
        product=account.product,
        currency=account.currency,
        status=account.status,
        balance=_amount(view.balance, view.currency),
        as_of=view.as_of,
        next_bill=NextBillOut(
            number=bill.number, due_on=bill.due_on, amount=_amount(bill.amount, view.currency)
        )
        if bill
        else None,
        overdue=OverdueOut(
            amount=_amount(late.amount, view.currency), bills=late.bills, since=late.since, months=late.months
        ),
    )


def _amount(amount: Decimal, currency: str) -> str:
    return str(amount.quantize(unit(currency)))


# ---------- what went wrong, in one shape ----------


@api.api_operation(METHODS, "/{path:rest}", auth=None, include_in_schema=False)
def nowhere(request: HttpRequest, rest: str) -> Any:
    """Last of all addresses: what is none of them is told in the API's own shape."""
    raise HttpError(404, "There is nothing at this address. /api/v1/openapi.json lists all of them.")


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return api.create_response(request, {"detail": f"This key may not: {error}."}, status=403)


@api.exception_handler(TooManyCalls)
def _too_many(request: HttpRequest, error: TooManyCalls) -> HttpResponse:
    answer = api.create_response(
        request, {"detail": f"Too many calls with this key. Try again in {error} seconds."}, status=429
    )
    answer["Retry-After"] = str(error)
    return answer


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return api.create_response(
        request, {"detail": f"The request is larger than {MOST_MB} MB. Send fewer rows."}, status=413
    )


@api.exception_handler(BadKey)
def _bad_key(request: HttpRequest, error: BadKey) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=400)


@api.exception_handler(NotJson)
def _not_json(request: HttpRequest, error: NotJson) -> HttpResponse:
    problem = {"detail": "Send the batch as JSON, with Content-Type: application/json."}
    return api.create_response(request, problem, status=415)


@api.exception_handler(StillRunning)
def _still_running(request: HttpRequest, error: StillRunning) -> HttpResponse:
    answer = api.create_response(
        request, {"detail": "The first call is still running. Send it again in a while."}, status=409
    )
    answer["Retry-After"] = "5"
    return answer
