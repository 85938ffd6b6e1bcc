"""Who: the login, the borrower on the contract, and where a borrower can be reached."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models_looks import StaffLook as StaffLook

LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """A login. email, phone: at least one of them is how the person signs in."""
        if not (email or fields.get("phone")):
            raise ValueError("A login needs an e-mail address or a phone number.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A login of a borrower or of the lender's staff. Says nothing of what is owed."""

    email = models.EmailField(_("e-mail address"), null=True, blank=True)  # noqa: DJ001  null: signs in by phone
    phone = PhoneNumberField(_("phone number"), null=True, blank=True)
    phone_verified = models.BooleanField(_("phone number verified"), default=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_staff = models.BooleanField(_("may use the staff pages"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("login")
        verbose_name_plural = _("logins")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            # An unverified number proves nothing: only a verified one opens the door, so only that is unique.
            models.UniqueConstraint(
                fields=["phone"], condition=Q(phone_verified=True), name="user_verified_phone_once"
            ),
        ]

    def __str__(self) -> str:
        return self.email or str(self.phone or "") or f"login {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # allauth writes "" where the primary address goes; two such logins must not collide.
        self.email = self.email.lower() if self.email else None
        super().save(*args, **kwargs)


class Borrower(models.Model):
    """The person on the contract, as the lender knows them; may exist before the person has a login."""

    reference = models.CharField(
        _("lender's reference"),
        max_length=64,
        unique=True,
        help_text=_("The person's id in the core system."),
    )
    user = models.OneToOneField(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="borrower",
        verbose_name=_("login"),
    )
    name = models.CharField(_("name"), max_length=200)  # NFC, as accounts.names.clean() gives it
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1, two letters."))
    region = models.CharField(_("region"), max_length=8, blank=True, help_text=_("State or province."))
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, help_text=_("IANA name."))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("borrower")
        verbose_name_plural = _("borrowers")
        # Read by the planner: which zones are in use.
        indexes = [models.Index(fields=["time_zone"], name="borrower_time_zone")]

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """One e-mail address, phone number or push device of a borrower. Reminders go only to a verified, open one."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail address")
        PHONE = "phone", _("phone number")
        PUSH = "push", _("device for push messages")

    class Source(models.TextChoices):
        LENDER = "lender", _("the lender's records")
        BORROWER = "borrower", _("the borrower")

    class Closed(models.TextChoices):
        """Why an address is closed. A push device says it in words of its own."""

        REMOVED = "removed by the borrower", _("removed by the borrower")
        BOUNCED = "bounced", _("e-mails come back")
        COMPLAINED = "complained", _("reported as spam")
        UNREACHABLE = "unreachable", _("texts do not arrive")
        WRONG_PERSON = "wrong person", _("somebody else reads it")

    borrower = models.ForeignKey(
        Borrower, on_delete=models.CASCADE, related_name="contact_points", verbose_name=_("borrower")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.CharField(
        _("address"),
        max_length=254,
        help_text=_("A number in E.164; e-mail in lower case; of a device, a name that no other has."),
    )
    source = models.CharField(_("known from"), max_length=10, choices=Source, default=Source.LENDER)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)  # bounced, reassigned, removed
    closed_reason = models.CharField(_("why closed"), max_length=100, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # that we closed it; null where nobody was told yet
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = [
            models.UniqueConstraint(fields=["borrower", "kind", "value"], name="contact_point_once"),
        ]
        indexes = [
            # Read when a text comes in: whose number is this?
            models.Index(fields=["kind", "value"], name="contact_point_value"),
            # Read by the tick: whom to tell that we closed an address of theirs.
            models.Index(
                fields=["closed_at"],
                condition=Q(
                    told_at=None,
                    closed_reason__in=["bounced", "complained", "unreachable", "wrong person"],
                ),
                name="contact_point_untold",
            ),
        ]

    def __str__(self) -> str:
        if self.kind == self.Kind.PUSH:  # its value means nothing to anybody
            return f"{self.get_kind_display()} {self.value[:8]}"
        return self.value


class Invitation(models.Model):
    """A single-use way for one borrower to claim their login. The signed link carries only this row's id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    borrower = models.ForeignKey(
        Borrower, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("borrower")
    )
    sent_to = models.ForeignKey(
        ContactPoint, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("sent to")
    )
    invited_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    wrong_answers = models.PositiveSmallIntegerField(_("wrong answers"), default=0)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_after_creation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borrower} {self.created_at:%Y-%m-%d}"
