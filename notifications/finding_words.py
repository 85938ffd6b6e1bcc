"""What the content lint found, in one sentence for staff: what it is, and what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.content import MOST_SEGMENTS, Finding
from notifications.texts import PLACEHOLDERS

FIELDS: dict[str, Promise] = {
    "subject": _("Subject"),
    "body": _("Text"),
    "short": _("Short text"),
    "push_title": _("Push title"),
    "push_body": _("Push text"),
}

# Of the categories of content_words.toml: what the words do, and what to write in their place.
CATEGORIES: dict[str, Promise] = {
    "threat": _("this reads as a threat. Say what is open and where to find help"),
    "insult": _("this insults. Write as you would to a guest"),
    "shame": _("this shames, or threatens to. What a person owes is nobody else's business"),
    "false_legal": _(
        "this speaks of law, court or police. Leave it out, unless the step is decided, lawful and true"
    ),
    "third_party": _("this tells others, or shows them what is private. Leave it out here"),
    "deception": _("this may mislead. Say only what is true, exact and certain"),
    "pressure": _("this presses. Name the day and the ways to get help"),
}

# The keys a rulebook may demand.
KEYS: dict[str, Promise] = {
    "lender_name": _("the lender's name"),
    "sender_name": _("the sender's name"),
    "sender_code": _("the registered sender name"),
    "contact": _("how to reach us"),
    "opt_out": _("how to end these messages"),
    "bills": _("the list of bills"),
    "amount": _("the amount"),
    "due_date": _("the due date"),
    "basis": _("what the debt is about"),
    "rights": _("the person's rights"),
    "purpose": _("why we write"),
    "how_to_pay": _("how to pay"),
    "how_to_dispute": _("how to object"),
    "complaint_channel": _("where to complain"),
    "collector_disclosure": _("that this is an attempt to collect a debt"),
    "consent_basis": _("by which consent we write"),
    "seal": _("the lender's seal"),
    "language": _("the language of the rest"),
}


def message(finding: Finding) -> str:
    """One sentence or two in the active language, with the words found."""
    facts = {
        "field": FIELDS[finding.field],
        "words": gettext(", ").join(finding.words),
        "known": ", ".join(PLACEHOLDERS),
    }
    if finding.practice.startswith("required."):
        return _required(finding, facts)
    if finding.practice.startswith("linkless."):
        return gettext(
            "%(field)s: where texts carry no links, %(what)s would be left out with the link. "
            "Say it in a sentence of its own."
        ) % {**facts, "what": KEYS[finding.practice.removeprefix("linkless.")]}
    match finding.practice:
        case "empty":
            return gettext("%(field)s: write something.") % facts
        case "placeholder":
            return gettext("%(field)s: %(words)s is not known. Use one of %(known)s.") % facts
        case "brace":
            return gettext("%(field)s: a brace is left open. Write placeholders like {amount}.") % facts
        case "segments":
            return gettext(
                "%(field)s: with long names and amounts this takes %(words)s text messages, at most %(most)d are "
                "allowed. Shorten it."
            ) % {**facts, "most": MOST_SEGMENTS}
    return gettext("%(field)s, “%(words)s”: %(what)s.") % {**facts, "what": CATEGORIES[finding.category]}


def _required(finding: Finding, facts: dict[str, object]) -> str:
    key = finding.practice.removeprefix("required.")
    facts = {**facts, "what": KEYS.get(key, key)}
    if finding.level == "review":
        return gettext("%(field)s: the law demands %(what)s here. Read whether it is there.") % facts
    if finding.words:
        return gettext("%(field)s: %(what)s is missing. Add %(words)s.") % facts
    return gettext("%(field)s: %(what)s is missing. Say it in plain words.") % facts
