"""How often, and with how many files, a borrower may write to the lender: one count for conversations and requests."""

from allauth.core import ratelimit
from django import forms
from django.utils.translation import gettext as _

from accounts import refusals
from accounts.access import BorrowerRequest
from notifications.conversations import attachments
from notifications.conversations.attachments import FileRefused


def may_write(request: BorrowerRequest, form: forms.Form) -> bool:
    """Whether there is room for its files, and it is not one message too many. What was typed stays in the form."""
    try:
        attachments.check_room(request.borrower, form.cleaned_data.get("attached", ()))
    except FileRefused as refusal:
        form.add_error("attached", str(refusal))
        return False
    if ratelimit.consume(request, action="write_message", key=str(request.borrower.pk)):
        return True
    refusals.note(refusals.Kind.LIMITED, route="write_message", login=request.user.pk)
    form.add_error(
        None, _("You have written to us often just now. Wait an hour and send this again, or call us.")
    )
    return False
