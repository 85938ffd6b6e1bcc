"""Pay now: choose the amount, go to the provider's page, come back and see what became of it; and the hook."""

import logging
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import BorrowerRequest, borrower_required, calendar_day
from loans import balances
from loans.figures import AccountView
from loans.models import CreditAccount, PayOrder
from loans.models.pay import PayState
from loans.pay import journeys, provider
from loans.pay.forms import PayForm
from loans.pay.provider import NoPage, NotSigned, NotUnderstood

logger = logging.getLogger(__name__)
OVER = (PayState.EXPIRED, PayState.NO_PAGE)
LONGEST_EVENT = 100  # characters of a provider's id


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_required
def pay(request: BorrowerRequest, public_id: UUID) -> HttpResponse:
    """How much; then a page at the provider."""
    if not provider.in_use():
        raise Http404
    is_open = {"status": CreditAccount.Status.OPEN}
    account = get_object_or_404(request.borrower.credit_accounts, public_id=public_id, **is_open)
    view = balances.account_view(account, today=calendar_day(request.borrower))
    most = balances.most_to_pay(view)
    form = PayForm(request.POST if request.method == "POST" else None, view=view, most=most)
    if most > 0 and form.is_valid():
        limited: HttpResponse | None = ratelimit.consume_or_429(
            request, action="begin_payment", key=str(request.borrower.pk)
        )
        return limited or _begin(request, view, form)
    return render(request, "loans/pay.html", {"view": view, "form": form, "most": most})


@require_safe
@borrower_required
def order(request: BorrowerRequest, order_id: UUID) -> HttpResponse:
    """What became of one payment: before the provider's page, and after it."""
    found = get_object_or_404(
        PayOrder.objects.filter(account__borrower=request.borrower).select_related(
            "account", "payment__reversal"
        ),
        pk=order_id,
    )
    has_ended = bool(found.expires_at and found.expires_at <= timezone.now())
    is_over = found.state in OVER or (found.state == PayState.CREATED and has_ended)
    context = {"order": found, "account": found.account, "is_over": is_over, "is_back": "back" in request.GET}
    return render(request, "loans/pay_order.html", context)


@csrf_exempt
@require_POST
def hook(request: HttpRequest, name: str) -> HttpResponse:
    """A provider's event: verified, then written down and done once. Answered 2xx, it is not sent again."""
    try:
        event = provider.named(name).read(request.headers, request.body, now=timezone.now())
        if not 0 < len(event.key) <= LONGEST_EVENT:
            raise NotUnderstood
    except (KeyError, NotSigned):
        return HttpResponse("Not accepted.", status=403)
    except NotUnderstood:
        logger.error("pay_not_understood provider=%s", name)
        return HttpResponse("Not understood.", status=400)
    journeys.hear(name, event, now=timezone.now())
    return HttpResponse(status=204)


def _begin(request: BorrowerRequest, view: AccountView, form: PayForm) -> HttpResponse:
    try:
        begun = journeys.begin(
            view.account,
            amount=form.amount,
            language=get_language() or "en",
            addresses=_addresses,
            now=timezone.now(),
        )
    except NoPage:
        form.add_error(
            None,
            _(
                "Paying online does not work right now. Nothing was paid. Try again later, or pay another way."
            ),
        )
        context = {"view": view, "form": form, "most": form.most}
        return render(request, "loans/pay.html", context, status=503)
    return redirect("loans:pay_order", order_id=begun.pk)


def _addresses(begun: PayOrder) -> tuple[str, str]:
    back = reverse("loans:pay_order", args=[begun.pk])
    hook_path = reverse("loans:pay_hook", args=[begun.provider])
    return f"{settings.PORTAL_URL}{back}?back=1", f"{settings.PORTAL_URL}{hook_path}"
