"""A text's words without its links, for places where texts carry none. Pure.

A link goes with the clause that leads to it: "Need help? {phone}. Details: {link} Reply STOP." loses "Details: {link}".
"""

import re
from functools import lru_cache
from itertools import pairwise

LINKS = ("link", "answer")  # the placeholders that become one
_LINK = re.compile(r"\{(?:link|answer)\}\s*")
# Where a clause may begin: after a sentence, a line, the sender's name, a Chinese comma.
_BEGINS = re.compile(r"(?<=[.?!])\s+|(?<=[。？！；，】\n])|(?<=^\{lender\}: )")
_LEADS = (":", "：")  # ends the words before a link that say no more than what it is
_HANGING = re.compile(r"[，；]$")


def has_link(template: str) -> bool:
    """Does a text of these words hold a link?"""
    return _LINK.search(template) is not None


@lru_cache(maxsize=1000)
def without_links(template: str) -> str:
    """The same words with the clauses left out that lead to a link; where nothing would be left, with the links alone
    left out."""
    kept: list[str] = []
    for clause in _clauses(template):
        rest = _rest(clause)
        if rest == clause or rest:
            kept.append(rest)
        elif kept and clause.endswith(("。", "！", "？")):  # the comma before it ends the sentence now
            kept[-1] = _HANGING.sub("。", kept[-1])
    return "".join(kept).strip() or _LINK.sub("", template).strip()


def _clauses(template: str) -> list[str]:
    starts = [0, *(found.end() for found in _BEGINS.finditer(template)), len(template)]
    return [template[start:end] for start, end in pairwise(starts)]


def _rest(clause: str) -> str:
    """What stays of a clause: all of one without a link; else what stands after it and begins anew."""
    while found := _LINK.search(clause):
        before, after = clause[: found.start()].strip(), clause[found.end() :]
        clause = after if found[0][-1].isspace() and _begins_anew(before, after) else ""
    return clause


def _begins_anew(before: str, after: str) -> bool:
    """Is the sentence over with the link? A small letter carries it on; Chinese shows no such sign, so there the words
    before the link must be complete."""
    is_complete = not before or before.endswith(_LEADS)
    return is_complete if not after[:1].isascii() else not after[:1].islower()
