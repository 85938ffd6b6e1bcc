"""What a text message costs: alphabet, units and segments; and plain letters instead of costly ones. Pure.

A message carries 140 octets: 160 septets of the GSM alphabet, or 70 code units of UCS-2. In a longer text
each part spends 6 octets on a header, which leaves 153 or 67. Source: 3GPP TS 23.038 and TS 23.040.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

# 3GPP TS 23.038, 6.2.1: the GSM 7 bit default alphabet; 6.2.1.1: its extension table, two septets each.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")

# Typographic signs and letters that have a plain twin but no decomposition that leads to it.
PLAIN = {
    "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "−": "-",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"',
    "…": "...", "•": "-", "·": "-", "\t": " ", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ħ": "h", "Ħ": "H",
    "ı": "i", "Œ": "OE", "œ": "oe", "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """encoding: "GSM-7" or "UCS-2". units: septets or 16-bit code units. segments: parts that are sent."""

    encoding: str
    units: int
    segments: int


def measure(text: str) -> Size:
    """How a text is sent. An escape or surrogate pair is never split over two segments."""
    if all(char in GSM or char in EXTENSION for char in text):
        return _size("GSM-7", [2 if char in EXTENSION else 1 for char in text], single=160, part=153)
    return _size("UCS-2", [2 if ord(char) > 0xFFFF else 1 for char in text], single=70, part=67)


def _size(encoding: str, widths: list[int], *, single: int, part: int) -> Size:
    units = sum(widths)
    if units <= single:
        return Size(encoding, units, 1)
    segments, filled = 1, 0
    for width in widths:
        if filled + width > part:
            segments, filled = segments + 1, 0
        filled += width
    return Size(encoding, units, segments)


def downgrade(text: str) -> str:
    """The same text with plain twins for what the GSM alphabet lacks: Łōdź becomes Lodz.

    What has no twin stays, so nothing is lost; one such character makes the whole message UCS-2.
    """
    return "".join(_plain(char) for char in unicodedata.normalize("NFC", text))


def _plain(char: str) -> str:
    if char in GSM or char in EXTENSION:
        return char
    if char in PLAIN:
        return PLAIN[char]
    if unicodedata.category(char) == "Zs":
        return " "
    bare = "".join(one for one in unicodedata.normalize("NFKD", char) if not unicodedata.combining(one))
    return bare if bare and all(one in GSM for one in bare) else char


def cost(text: str, price: Decimal) -> Decimal:
    """What sending costs, with `price` for one segment."""
    return measure(text).segments * price
