"""Controls that Django writes too slowly."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString


class Select(forms.Select):
    """A list to choose one from, without groups; to the browser the same as Django's.

    Django renders two templates for each option, and the page of preferences has 450 options: most of its time.
    """

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        options = SafeString("".join(self._options(self.format_value(value)[0])))
        written = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}\n</select>', name, written, options)

    def _options(self, chosen: str) -> Iterator[str]:
        value: Any
        label: Any  # a text: there are no groups
        for value, label in self.choices:
            key = "" if value is None else str(value)
            is_chosen = " selected" if key == chosen else ""
            yield f'\n  <option value="{escape(key)}"{is_chosen}>{conditional_escape(label)}</option>'
