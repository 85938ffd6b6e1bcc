"""Why we are silent, in words that both the person and staff may read: the labels of HoldReason are staff's."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.words import HoldReason

# Each can stand after "because".
WHY: dict[str, Promise] = {
    HoldReason.STOP: _("reminders were stopped on request"),
    HoldReason.DISPUTE: _("the debt is disputed"),
    HoldReason.HARDSHIP: _("we are looking at how paying can be made easier"),
    HoldReason.BEREAVEMENT: _("somebody has died"),
    HoldReason.INSOLVENCY: _("an insolvency is under way"),
    HoldReason.ATTORNEY: _("an attorney has taken the matter over"),
    HoldReason.PROMISE: _("a day for the payment is agreed"),
    HoldReason.CONVERSATION: _("a question still waits for our answer"),
    HoldReason.PAID: _("a payment is said to be on its way"),
}
