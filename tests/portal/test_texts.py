"""The catalogues are whole: each text of the sources is there, translated, with its placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
LANGUAGES = ["zh_Hans", "zh_Hant"]


def catalogue(language: str) -> Catalog:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    empty = [message.id for message in messages(language) if not all(_forms(message))]
    assert not empty


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_keeps_its_placeholders(language):
    wrong = []
    for message in messages(language):
        source = message.id[1] if message.pluralizable else message.id
        wrong += [message.id for form in _forms(message) if placeholders(form) != placeholders(source)]
    assert not wrong


def test_no_text_of_the_sources_is_missing_from_the_catalogues():
    with (ROOT / "babel.cfg").open() as file:
        mapping, options = parse_mapping_cfg(file)
    found = {
        message[0] if isinstance(message, tuple) else message
        for folder in ("accounts", "loans", "notifications", "portal", "templates")
        for _, _, message, _, _ in extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), how) for pattern, how in mapping],
            options,
            KEYWORDS,
        )
    }
    known = {message.id[0] if message.pluralizable else message.id for message in messages("zh_Hans")}
    assert len(found) > 600  # programs and templates
    assert not found - known


def _forms(message: Message) -> list[str]:
    return list(message.string) if message.pluralizable else [str(message.string)]
