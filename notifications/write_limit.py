"""How often a borrower may write to the lender, in a conversation or by a request: one count for both."""

from allauth.core import ratelimit
from django import forms
from django.utils.translation import gettext as _

from accounts import refusals
from accounts.access import BorrowerRequest


def may_write(request: BorrowerRequest, form: forms.Form) -> bool:
    """Count this message; what is too much stays in the form, so that nothing typed is lost."""
    if ratelimit.consume(request, action="write_message", key=str(request.borrower.pk)):
        return True
    refusals.note(refusals.Kind.LIMITED, route="write_message", login=request.user.pk)
    form.add_error(
        None, _("You have written to us often just now. Wait an hour and send this again, or call us.")
    )
    return False
