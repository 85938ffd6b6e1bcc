"""What a message's words carry for the law: the keys by which rulebooks know them, by channel."""

from notifications.carried import carried
from notifications.texts import Words

WAITS = "{lender}: a message waits for you at {link} Questions? {phone}. Reply STOP to end these notes."


def test_what_words_carry_is_told_channel_by_channel():
    words = Words(subject="A bill", body="{lender} {amount} {link}", short="{lender}: {lines} {phone} 回复TD")
    found = carried(words, "zh-hans")
    assert found["sms"].keys == {
        *("sender_name", "lender_name", "amount", "due_date", "basis", "bills", "contact", "opt_out"),
        *("sender_code", "purpose"),
    }
    assert found["email"].keys == {"sender_name", "lender_name", "amount", "how_to_pay", "opt_out", "purpose"}
    assert found["email"].language == "zh-hans"


def test_a_discreet_message_does_not_even_tell_its_purpose():
    words = Words(subject="A message", body="{lender} {phone} {link}", short=WAITS)
    found = carried(words, "en", is_discreet=True)
    assert found["sms"].keys == {
        *("sender_name", "lender_name", "contact", "how_to_pay", "opt_out", "sender_code")
    }
