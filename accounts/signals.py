"""What accounts tells the apps above it, which it never imports."""

from django.dispatch import Signal

# A text must reach a phone now, in its own lane, never behind reminders: a security code or an invitation.
# Arguments: phone (E.164), text; and for providers that send only templates of their own: letter (its name), language,
# words (what the letter names, as text).
sms_wanted = Signal()

# A borrower has deleted their login, in this transaction: what is bound to it elsewhere ends too.
# Arguments: borrower, now.
login_deleted = Signal()
