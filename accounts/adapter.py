"""What django-allauth asks of this project: who may sign in, by which number, and in which words we write."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts import languages, letters, refusals, security_notices
from accounts.addresses import Address, Kind
from accounts.models import Borrower, User
from accounts.security_notices import Whence


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: a login is born from a claim (accounts.claiming)."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("That address and password do not match. Check both and try again."),
        "phone_password_mismatch": _("That number and password do not match. Check both and try again."),
        "enter_current_password": _("That is not your current password. Try again."),
        "incorrect_code": _("That code is not right. Check the latest message we sent you."),
        "incorrect_password": _("That is not your password. Try again."),
        "too_many_login_attempts": _("That was tried too often. Wait a few minutes and try again."),
        "rate_limited": _("That was tried too often. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")

    # ---------- letters ----------

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the person who signs in with the address, else that of the page."""
        rows = Borrower.objects.filter(user__emailaddress__email=email.lower())
        language = rows.values_list("language", flat=True).first() or translation.get_language()
        with translation.override(language):
            message = self.render_mail(template_prefix, email, {"email": email, **context})
        letters.post(message, letter=template_prefix)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """To every address of the person, texts among them; allauth writes to one e-mail address."""
        whence = Whence(self.get_client_ip(self.request))
        security_notices.tell(user, template_prefix, now=timezone.now(), whence=whence)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        to = Address(Kind.PHONE, phone)
        letters.send("sign_in_code", to=to, language=languages.of_user(user), code=code)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Nothing: a number nobody of ours uses is not written to because a stranger typed it."""

    # ---------- phone numbers ----------

    def get_user_by_phone(self, phone: str) -> User | None:
        """By a proved number alone: a code opens the door, and an imported wrong number would open a stranger's."""
        return User.objects.filter(phone=phone, phone_verified=True, is_active=True).first()

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The proved number. To allauth an unproved one does not exist: it would ask for its code at every sign-in."""
        return (user.phone.as_e164, True) if user.phone and user.phone_verified else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    # ---------- what the next page says ----------

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """In the language of who has just signed in: the page to come speaks it, this one spoke the browser's."""
        user = request.user
        language = languages.of_user(user) if isinstance(user, User) else translation.get_language()
        with translation.override(language):
            super().add_message(request, *args, **kwargs)

    # ---------- limits ----------

    def validation_error(self, code: str, *args: Any) -> Any:
        """What allauth's own forms say; that something was tried too often is noted as well."""
        if code in ("too_many_login_attempts", "rate_limited"):
            refusals.note(refusals.Kind.LIMITED, route=self.request.resolver_match.view_name)
        return super().validation_error(code, *args)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Never by allauth: accounts.urls puts our own step-up before each page that allauth would guard.

        allauth counts a person who has neither password nor second factor as just authenticated.
        """
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed passwords are counted by the address tried.

        allauth 65.21 knows e-mail and username only, so all phone numbers would share one count: five wrong
        passwords of anybody would lock everybody's number for five minutes.
        """
        login = credentials.get("email") or credentials.get("phone") or ""
        return f"{request.get_host()}:{login.lower()}"
