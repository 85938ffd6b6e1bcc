"""E-mail addresses as people type them, and as every provider takes them. Pure.

Source: RFC 5322, 3.4.1 (a dot-atom before the @; quoted names and addresses in brackets are not taken, for
providers refuse them), RFC 5321, 4.5.3.1 (lengths in octets), RFC 1123, 2.1 and RFC 5890 (host names).
"""

import re

LONGEST = 254  # octets: what fits RFC 5321's path of 256 with its angle brackets
LONGEST_NAME = 64  # octets before the @

# What comes along when an address is copied: spaces of any width, and signs that have none.
_UNSEEN = r"[\s\u200b-\u200f\u2060\ufeff\u180e\u00ad]+"
_AROUND = re.compile(rf"^{_UNSEEN}|{_UNSEEN}$")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_NAME = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def parse(text: str) -> str:
    """The address in `text`, without the spaces and invisible signs around it; letters stay as typed.

    ValueError: no address a message can be sent to.
    """
    address = _AROUND.sub("", text)
    name, at, domain = address.rpartition("@")
    if not at or len(address.encode()) > LONGEST or len(name) > LONGEST_NAME:
        raise ValueError(f"{text!r} is not an e-mail address.")
    if not _NAME.fullmatch(name) or not _is_host(domain):
        raise ValueError(f"{text!r} is not an e-mail address.")
    return address


def _is_host(domain: str) -> bool:
    """A name of at least two labels whose last one is no number; labels of other scripts by their IDNA form."""
    try:
        ascii_name = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    labels = ascii_name.split(".")
    return len(labels) > 1 and all(map(_is_label, labels)) and not labels[-1][0].isdigit()


def _is_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    if label[2:4] != "--":
        return True
    # Two hyphens there mark an encoded label (RFC 5891, 4.2.3.1): it is one only if it comes back the same.
    if not label.lower().startswith("xn--"):
        return False
    try:
        return label.encode().decode("idna").encode("idna").decode() == label.lower()
    except UnicodeError:
        return False
