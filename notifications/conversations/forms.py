"""What a borrower or staff write in a conversation: words, and files that are looked into."""

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import chosen_from_list, written
from notifications.conversations import attachments
from notifications.conversations.attachments import ACCEPT, MOST_BYTES, MOST_FILES, FileRefused
from notifications.conversations.journeys import LONGEST_TEXT
from notifications.words import Topic


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class FilesField(forms.Field):
    """Up to MOST_FILES files; cleans to Checked files."""

    widget = FilesInput(attrs={"multiple": True, "accept": ACCEPT})

    def clean(self, value: Any) -> Any:
        try:
            return attachments.check(value or [])
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


def _files_hint() -> str:
    text = gettext("At most %(files)d files, each a PDF, JPEG or PNG of at most %(size)d MB.")
    return text % {"files": MOST_FILES, "size": MOST_BYTES // 1024 // 1024}


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Please leave out passwords, codes and card numbers: we never need them."),
        error_messages=written(_("Write what you want to say or ask.")),
    )
    attached = FilesField(label=_("Files"), required=False, help_text=lazy(_files_hint, str)())


class NewMessageForm(MessageForm):
    topic = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        error_messages=chosen_from_list(_("Choose what it is about.")),
    )
    field_order = ("topic", "text", "attached")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [(each.value, capfirst(each.label)) for each in Topic]  # type: ignore[attr-defined]
