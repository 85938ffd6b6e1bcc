"""Lengths of time as one says them."""

from django import template
from django.utils.translation import gettext, ngettext

register = template.Library()


@register.filter
def years_and_months(months: int) -> str:
    """A number of months in words: 170 is 14 years and 2 months."""
    years, rest = divmod(months, 12)
    whole = ngettext("%(years)d year", "%(years)d years", years) % {"years": years}
    part = ngettext("%(months)d month", "%(months)d months", rest) % {"months": rest}
    if not years:
        return part
    return gettext("%(years)s and %(months)s") % {"years": whole, "months": part} if rest else whole
