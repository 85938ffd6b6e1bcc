"""Staff pages for one borrower: holds, and the calls, visits and letters that staff put on record."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import looks
from accounts.admin_base import ReadOnlyAdmin
from accounts.admin_filters import Unasked
from accounts.models import Borrower, User
from loans.models import CreditAccount
from notifications import holds, local_time, recorded_contacts
from notifications.holds import HoldRefused, NewHold
from notifications.models import Hold, RecordedContact
from notifications.recorded_contacts import ContactRefused, NewContact

WORDS_HINT = _("What the borrower said, or which document. It is kept on record.")

ONE_WAY_ON = ("show_save_and_add_another", "show_save_and_continue")  # buttons that would lead elsewhere


class LocalDateTimeField(forms.DateTimeField):
    """An instant by the clock of a place: `zone`, which the form sets."""

    zone: ZoneInfo
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)


class FormOfOne(forms.ModelForm):  # type: ignore[type-arg]
    """A new row about one borrower, whom the page's address names."""

    borrower: Borrower
    account = forms.ModelChoiceField(
        label=_("Credit account"),
        queryset=CreditAccount.objects.none(),
        required=False,
        empty_label=_("every account"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.borrower = self.borrower
        accounts = cast("forms.ModelChoiceField[CreditAccount]", self.fields["account"])
        accounts.queryset = self.borrower.credit_accounts.order_by("pk")


class AdminOfOne(ReadOnlyAdmin):
    """Rows that a journey adds, from the page of the borrower they are about. Nobody edits them."""

    search_fields = ("borrower__reference__exact",)
    seen_fields: tuple[str, ...]  # of a row that is there

    def has_add_permission(self, request: HttpRequest) -> bool:
        right = f"{self.opts.app_label}.add_{self.opts.model_name}"
        return request.user.has_perms((right, "accounts.view_borrower"))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self.seen_fields if obj else ("borrower", *self.form.Meta.fields)  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self.seen_fields if obj else ("borrower",)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        borrower = _named(request)
        if borrower is None:
            messages.info(request, gettext("Choose the borrower first; their page leads on."))
            return redirect("admin:accounts_borrower_changelist")
        looks.note(cast(User, request.user), Borrower, [borrower.pk], row=borrower.pk, now=timezone.now())
        words = {"borrower": borrower, **dict.fromkeys(ONE_WAY_ON, False), **(extra_context or {})}
        return super().add_view(request, form_url, words)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> "type[forms.ModelForm[Any]]":
        if obj:
            return super().get_form(request, obj, change, form=forms.ModelForm, **kwargs)
        form = cast(type[FormOfOne], super().get_form(request, obj, change, **kwargs))
        if borrower := _named(request):
            form.borrower = borrower  # the class is made anew for each request
        return form

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> Any:
        messages.success(request, gettext("It is on record: %(what)s") % {"what": obj})
        return redirect(reverse("admin:accounts_borrower_change", args=[obj.borrower_id]))


def _named(request: HttpRequest) -> Borrower | None:
    """The borrower that the address names."""
    pk = request.GET.get("borrower", "")
    return Borrower.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None


# ---------- holds ----------


class HoldForm(FormOfOne):
    """A new hold: of which account, why, until when, and what it rests on."""

    note = forms.CharField(label=_("What this rests on"), max_length=200, help_text=WORDS_HINT)
    last_day = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last silent day: of a promise, the day of payment. Empty: until somebody lifts it."),
    )

    class Meta:
        model = Hold
        fields = ("account", "reason", "last_day", "note")

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if self.errors:
            return chosen
        new, now = self.new(), timezone.now()
        try:
            holds.check(self.borrower, new, now=now)
        except HoldRefused as refusal:
            raise ValidationError(str(refusal)) from refusal
        if holds.current(self.borrower, reason=new.reason, account=new.account, now=now):
            raise ValidationError(_("We are silent for this reason already."))
        return chosen

    def new(self) -> NewHold:
        chosen = self.cleaned_data
        return NewHold(
            reason=chosen["reason"],
            words=chosen["note"],
            account=chosen["account"],
            last_day=chosen["last_day"],
        )


class LiftForm(forms.Form):
    words = forms.CharField(label=_("What this rests on"), max_length=200, help_text=WORDS_HINT)


class InForce(Unasked):
    """Unasked, those that hold back reminders now."""

    title = _("state")
    parameter_name = "force"
    unasked = "now"

    def options(self) -> list[tuple[str, object]]:
        return [(self.unasked, _("in force")), ("ended", _("no longer in force")), (self.ALL, _("all"))]

    def narrowed(self, queryset: QuerySet[Hold], chosen: str) -> QuerySet[Hold]:
        holding = holds.in_force(timezone.now())
        return queryset.filter(holding if chosen == self.unasked else ~holding)


@admin.register(Hold)
class HoldAdmin(AdminOfOne):
    """Placed and lifted by journeys, which lock the borrower's lane and keep the words on record."""

    form = HoldForm
    list_display = ("borrower", "account", "reason", "started_at", "ended_at", "set_by")
    list_select_related = ("borrower", "account", "set_by")
    list_filter = (InForce, "reason")
    seen_fields = ("borrower", "account", "reason", "note", "started_at", "ended_at", "set_by")
    journeys = ("lift",)

    def save_model(self, request: HttpRequest, obj: Hold, form: Any, change: bool) -> None:
        user = cast(User, request.user)
        placed = holds.place(obj.borrower, hold=form.new(), by=user, now=timezone.now())
        obj.pk = placed.pk

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        holding = Hold.objects.filter(holds.in_force(timezone.now()), pk=object_id).exists()
        return super().change_view(
            request, object_id, form_url, {"holding": holding, **(extra_context or {})}
        )

    def lift_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a hold; from then on the person's reminders go their way again."""
        hold = self.of_journey(request, object_id, "notifications.change_hold")
        form = LiftForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            user = cast(User, request.user)
            if holds.lift(hold, words=form.cleaned_data["words"], by=user, now=timezone.now()):
                messages.success(request, _("The hold is lifted. Reminders come again."))
            else:
                messages.warning(request, _("This hold had ended already."))
            return redirect(self.change_address(hold))
        words = {"title": _("Lift the hold"), "submit": _("Lift the hold"), "intro": str(hold)}
        return self.journey_page(request, hold, form, words)


# ---------- calls, visits and letters ----------


class ContactForm(FormOfOne):
    """A contact that was made: how, when, and what came of it."""

    at = LocalDateTimeField(
        label=_("When"), initial=timezone.now, help_text=_("By the clock where the borrower lives.")
    )

    class Meta:
        model = RecordedContact
        fields = ("channel", "account", "outcome", "is_inbound", "at", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(LocalDateTimeField, self.fields["at"]).zone = local_time.zone(self.borrower.time_zone)

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if not self.errors:
            try:
                recorded_contacts.check(self.borrower, self.new(), now=timezone.now())
            except ContactRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
        return chosen

    def new(self) -> NewContact:
        return NewContact(**{name: self.cleaned_data[name] for name in ContactForm.Meta.fields})


@admin.register(RecordedContact)
class RecordedContactAdmin(AdminOfOne):
    """Put on record by a journey, which locks the borrower's lane: it takes a place in the caps at once."""

    form = ContactForm
    list_display = ("at", "borrower", "account", "channel", "outcome", "is_inbound", "recorded_by")
    list_select_related = ("borrower", "account", "recorded_by")
    list_filter = ("channel", "outcome")
    seen_fields = (*("borrower", "account", "channel", "outcome", "is_inbound", "at", "note", "recorded_by"),)

    def save_model(self, request: HttpRequest, obj: RecordedContact, form: Any, change: bool) -> None:
        user = cast(User, request.user)
        made = recorded_contacts.record(obj.borrower, contact=form.new(), by=user, now=timezone.now())
        obj.pk = made.pk
