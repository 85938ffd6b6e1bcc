"""What was answered to a reminder by its links."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_the_clock


class AnswerKind(models.TextChoices):
    PAID = "paid", _("I have already paid")
    DATE = "date", _("I will pay on a day")
    HELP = "help", _("I need help with paying")
    WRONG = "wrong", _("I am not this person")
    STOP = "stop", _("Stop these messages")


class ReminderAnswer(models.Model):
    """One answer to one message. Unique: a link acts once, however often and from how many places it is used."""

    attempt = models.ForeignKey(
        "notifications.Attempt", on_delete=models.CASCADE, related_name="link_answers"
    )
    kind = models.CharField(max_length=10, choices=AnswerKind)
    at = models.DateTimeField(default=timezone.now)  # UTC

    class Meta:
        verbose_name = _("answer to a reminder")
        verbose_name_plural = _("answers to reminders")
        constraints = [models.UniqueConstraint(fields=["attempt", "kind"], name="reminder_answer_once")]

    def __str__(self) -> str:
        return f"{self.kind} {by_the_clock(self.at)}"
