"""The closed lists of this app's vocabulary, shared by models, gate, forms and channels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way to reach a person. The inbox is the portal's own and is always open."""

    SMS = "sms", _("text message")
    EMAIL = "email", _("e-mail")
    PUSH = "push", _("push message")
    WHATSAPP = "whatsapp", "WhatsApp"
    INBOX = "inbox", _("portal inbox")


class HumanChannel(models.TextChoices):
    """A way in which the lender's people make contact. The portal uses none of them; caps count them all."""

    CALL = "call", _("telephone call")
    VISIT = "visit", _("visit")
    LETTER = "letter", _("letter")


class Category(models.TextChoices):
    """What a message is about. The borrower chooses channels for each of the first four."""

    UPCOMING = "upcoming", _("before a bill is due")
    DUE = "due", _("on the day a bill is due")
    OVERDUE = "overdue", _("after a bill is overdue")
    RECEIPT = "receipt", _("when a payment arrives")
    SERVICE = "service", _("answers and notices about my account")
    SECURITY = "security", _("security codes and sign-ins")


class ReminderState(models.TextChoices):
    """Where a reminder stands. Only `planned` is looked at again by the engine."""

    PLANNED = "planned", _("planned")
    CALLING = "calling", _("being sent")
    SENT = "sent", _("sent")
    UNKNOWN = "unknown", _("perhaps sent")
    FAILED = "failed", _("could not be sent")
    SUPPRESSED = "suppressed", _("not sent")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("too late to be useful")


class AttemptState(models.TextChoices):
    """What is known of one call to one provider."""

    CALLING = "calling", _("being sent")
    ACCEPTED = "accepted", _("sent")
    REFUSED_RETRYABLE = "refused_retryable", _("refused for now")
    REFUSED_FINAL = "refused_final", _("refused for good")
    UNKNOWN = "unknown", _("perhaps sent")


class Delivery(models.IntegerChoices):
    """What the provider's receipts say. Moves only upwards, whatever order the receipts come in."""

    NONE = 0, _("no receipt yet")
    QUEUED = 1, _("on its way")
    SENT = 2, _("handed to the network")
    UNDELIVERED = 3, _("not delivered")
    DELIVERED = 4, _("delivered")
    READ = 5, _("read")


class HoldReason(models.TextChoices):
    """Why we are silent."""

    STOP = "stop_request", _("the borrower asked us to stop")
    DISPUTE = "dispute", _("the debt is disputed")
    HARDSHIP = "hardship", _("hardship is being looked at")
    BEREAVEMENT = "bereavement", _("bereavement")
    INSOLVENCY = "insolvency", _("insolvency")
    ATTORNEY = "attorney", _("an attorney speaks for the borrower")
    PROMISE = "promise", _("the borrower has promised to pay by a day")
    CONVERSATION = "conversation", _("the borrower waits for our answer")
    PAID = "paid", _("the borrower says that it is paid")


class Side(models.TextChoices):
    """Who speaks in a conversation."""

    BORROWER = "borrower", _("the borrower")
    LENDER = "lender", _("the lender")


class Way(models.TextChoices):
    """How a message of a conversation came to us."""

    PORTAL = "portal", _("portal")
    SMS = "sms", _("text message")
    EMAIL = "email", _("e-mail")
    WHATSAPP = "whatsapp", "WhatsApp"


class Topic(models.TextChoices):
    """What a conversation is about. A borrower has one open conversation on each."""

    PAYMENT = "payment", _("a payment")
    BILL = "bill", _("a bill or what I owe")
    REMINDERS = "reminders", _("reminders and messages")
    DETAILS = "details", _("my name, address or number")
    OTHER = "other", _("something else")
