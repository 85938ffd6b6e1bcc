"""The page on which anybody checks whether a message came from us. It tells no more than day and channel."""

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from notifications import check_code


class CheckForm(forms.Form):
    mark = forms.CharField(
        label=_("Reference of the message"),
        help_text=_("Eight letters and digits, such as K7QM2XP4. It stands at the end of the message."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
        error_messages={
            "required": _("Type the reference of the message."),
            "max_length": _("That is too long. Type only the reference, such as K7QM2XP4."),
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Whatever is wrong with a reference, the answer is the same."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        limited: HttpResponse | None = ratelimit.consume_or_429(request, action="check_message")
        if limited:
            return limited
        context |= {
            "is_checked": True,
            "sent": check_code.find(form.cleaned_data["mark"], now=timezone.now()),
        }
    return render(request, "notifications/check.html", context)
