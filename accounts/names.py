"""People's names as they write them. Pure."""

import unicodedata

from django.utils.translation import gettext as _

LONGEST = 200  # code points; the longest name in official use is shorter
# Joiners shape Persian and Indic names; all other invisible characters hide something.
JOINERS = {"\u200c", "\u200d"}


def clean(name: str) -> str:
    """The name in Unicode's composed form (NFC), without outer white space, else exactly as written.

    ValueError: empty, longer than 200 code points, or with control characters; its words go after the field's name.
    Source: Unicode Annex 15.
    """
    composed = unicodedata.normalize("NFC", name).strip()
    if not composed:
        raise ValueError(_("is empty"))
    if len(composed) > LONGEST:
        raise ValueError(_("has more than %(max_length)d characters") % {"max_length": LONGEST})
    hidden = [char for char in composed if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    if any(char not in JOINERS for char in hidden):
        raise ValueError(_("holds control characters or line breaks"))
    return composed


def direction(name: str) -> str:
    """Either "rtl" or "ltr", by the first character with a direction of its own (Unicode Annex 9, P2)."""
    for char in name:
        match unicodedata.bidirectional(char):
            case "R" | "AL":
                return "rtl"
            case "L":
                return "ltr"
    return "ltr"
