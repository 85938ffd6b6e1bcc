"""Money on staff pages: to the currency's own places and with its sign, as borrowers read it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from loans.templatetags.money import money


class MoneyAdmin(ReadOnlyAdmin):
    """A table with amounts. money_fields: their names; currency_of: in which currency a row counts."""

    money_fields: tuple[str, ...]

    def currency_of(self, row: Any) -> str:
        return str(row.account.currency)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._shown(name) for name in super().get_list_display(request)]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [self._shown(name) for name in super().get_fields(request, obj)]

    def _shown(self, name: Any) -> Any:
        return self._amount(name) if name in self.money_fields else name

    def _amount(self, name: str) -> Callable[[Any], str]:
        @admin.display(description=self.opts.get_field(name).verbose_name)  # type: ignore[union-attr]
        def amount(row: Any) -> str:
            value = getattr(row, name)
            return self.get_empty_value_display() if value is None else money(value, self.currency_of(row))

        amount.__name__ = name
        return amount
