"""Staff pages: people, where they can be reached, and their invitations."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import addresses, claiming, second_factors, step_up
from accounts.admin_base import PortalAdmin, ReadOnlyAdmin
from accounts.models import Borrower, ContactPoint, Invitation, StaffLook, User


class InviteForm(forms.Form):
    """Where the link goes: one of the borrower's own addresses."""

    sent_to = forms.ModelChoiceField(
        label=_("Send the link to"), queryset=ContactPoint.objects.none(), empty_label=_("Choose an address")
    )

    def __init__(self, borrower: Borrower, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["sent_to"].queryset = addresses.of(borrower).filter(closed_at=None)  # type: ignore[attr-defined]


class ContactPointInline(admin.TabularInline):  # type: ignore[type-arg]
    """A new address may be added; one that is there keeps its value, for that is what was proved."""

    model = ContactPoint
    extra = 0
    fields = ("kind", "value", "source", "verified_at", "closed_at", "closed_reason")
    readonly_fields = ("verified_at", "closed_at", "closed_reason")
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Borrower)
class BorrowerAdmin(PortalAdmin):
    list_display = ("reference", "name", "country", "region", "language", "time_zone", "user")
    list_select_related = ("user",)
    list_filter = ("language",)
    search_fields = (
        "reference__exact",
        "name__startswith",
        "contact_points__value__exact",
        "credit_accounts__reference__exact",
    )
    raw_id_fields = ("user",)
    readonly_fields = ("created_at",)
    inlines = (ContactPointInline,)
    journeys = ("invite",)

    def invite_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Invite the borrower to claim their login, at one of their addresses."""
        borrower = self.of_journey(request, object_id, "accounts.add_invitation")
        form = InviteForm(borrower, request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                sent_to = form.cleaned_data["sent_to"]
                invitation = claiming.invite(borrower, sent_to=sent_to, by=request.user, now=timezone.now())  # type: ignore[arg-type]
                claiming.send(invitation)
            except ValueError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, gettext("The invitation is on its way to %(to)s.") % {"to": sent_to}
                )
                return redirect(self.change_address(borrower))
        return self.journey_page(
            request, borrower, form, {"title": _("Invite"), "submit": _("Send the invitation")}
        )


@admin.register(User)
class LoginAdmin(PortalAdmin, UserAdmin):  # type: ignore[type-arg]
    list_display = ("email", "phone", "name", "is_staff", "is_active")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email__exact", "phone__exact")
    ordering = ("-pk",)  # type: ignore[misc]
    readonly_fields = ("last_login", "date_joined")
    rights = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "phone", "phone_verified", "name", "password")}),
        (_("Rights"), {"fields": rights}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)
    journeys = ("remove_second_factors",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Only who has every right may give rights: who may change logins could else give themselves all."""
        rights = () if request.user.is_superuser else self.rights
        return (*self.readonly_fields, *rights)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The login of who has every right, its address and its password, is theirs and their equals' to change."""
        if getattr(obj, "is_superuser", False) and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def remove_second_factors_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For a person who lost passkey, app and recovery codes, and has shown by other means who they are."""
        login = self.of_journey(request, object_id, "accounts.change_user")
        if not self.has_change_permission(request, login):
            raise PermissionDenied
        form = forms.Form(request.POST if request.method == "POST" else None)
        has = step_up.second_factors(login)
        if has and form.is_valid():
            second_factors.remove_all(login, now=timezone.now())
            self.log_change(request, login, "second factors removed")
            messages.success(
                request, gettext("They are removed. The person was told, and is signed out everywhere.")
            )
            return redirect(self.change_address(login))
        intro = _(
            "Only after you know who is speaking. Passkeys, app and recovery codes go, and the person is told at every"
            " address they have proved."
        )
        words = {
            "title": _("Remove second factors"),
            "submit": _("Remove them"),
            "intro": intro if has else _("This login has no passkey and no authenticator app."),
            "refused": not has,
        }
        return self.journey_page(request, login, form, words)


# django-allauth's own tables would show staff the secrets of passkeys and apps, and the keys of sessions.
admin.site.unregister([EmailAddress, Authenticator, UserSession])


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """What a login has proved. django-allauth's own table would let staff declare an address proved."""

    list_display = ("email", "user", "primary", "verified")
    list_select_related = ("user",)
    search_fields = ("email__exact",)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = (
        "borrower",
        "sent_to",
        "invited_by",
        "created_at",
        "expires_at",
        "used_at",
        "wrong_answers",
    )
    list_select_related = ("borrower", "sent_to", "invited_by")
    search_fields = ("borrower__reference__exact",)
    ordering = ("-created_at",)  # type: ignore[misc]


@admin.register(StaffLook)
class StaffLookAdmin(ReadOnlyAdmin):
    """Whom staff looked at: found by the borrower's reference, or by the e-mail address of who looked."""

    list_display = ("at", "by", "table", "row", "people")
    list_select_related = ("by",)
    search_fields = ("borrowers",)
    search_help_text = _("A borrower's reference, or the e-mail address of one of the staff.")
    fields = ("at", "by", "table", "looked_at", "references")
    readonly_fields = ("table", "looked_at", "references")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StaffLook], search_term: str
    ) -> tuple[QuerySet[StaffLook], bool]:
        if not (term := search_term.strip()):
            return queryset, False
        if "@" in term:
            return queryset.filter(by__email=term.lower()), False
        person = Borrower.objects.filter(reference=term).first()
        return (queryset.filter(borrowers__contains=[person.pk]) if person else queryset.none()), False

    @admin.display(description=_("table"))
    def table(self, obj: StaffLook) -> str:
        """By the name that staff know it by; a kind of rows that is no more, as it was written down."""
        try:
            return str(capfirst(apps.get_model(obj.kind)._meta.verbose_name_plural))
        except LookupError:
            return obj.kind

    @admin.display(description=_("row"))
    def looked_at(self, obj: StaffLook) -> str:
        """Leads to the row; of a list there is none."""
        if not obj.row:
            return ""
        try:
            address = reverse(f"admin:{obj.kind.replace('.', '_')}_change", args=[obj.row])
        except NoReverseMatch:
            return obj.row
        return format_html('<a href="{}">{}</a>', address, obj.row)

    @admin.display(description=_("borrowers"))
    def people(self, obj: StaffLook) -> int:
        return len(obj.borrowers)

    @admin.display(description=_("borrowers"))
    def references(self, obj: StaffLook) -> str:
        found = Borrower.objects.filter(pk__in=obj.borrowers).order_by("reference")
        return ", ".join(found.values_list("reference", flat=True))
