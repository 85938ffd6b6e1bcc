"""What a reply asks for: the law's words whatever they look like, free wording where it leaves no doubt."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.reply_words import Wish, read

CORPUS = tomllib.loads(Path(__file__).with_name("reply_corpus.toml").read_text(encoding="utf-8"))
RULEBOOKS = Path(__file__).parents[2] / "notifications" / "rulebooks"

# 47 CFR 64.1200(a)(10), and what the portal's own messages name.
MUST_STOP = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe", "td", "t", "退订", "退訂"]
PUNCTUATION = st.text(alphabet=" .,!-_*'\"~\n\t。！，、　…", max_size=3)
FULL_WIDTH = {letter: letter + 0xFEE0 for letter in range(0x21, 0x7F)} | {0x20: 0x3000}


@pytest.mark.parametrize(
    ("meant", "text"), [(meant, text) for meant, texts in CORPUS.items() for text in texts]
)
def test_a_reply_means_what_its_writer_meant(meant: str, text: str) -> None:
    assert read(text) is Wish(meant)


def test_every_key_word_of_every_rulebook_is_a_stop() -> None:
    words = [
        word
        for path in sorted(RULEBOOKS.glob("*.toml"))
        for rule in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
        for word in rule.get("keywords", [])
    ]
    assert len(words) >= 14
    assert {word: read(word) for word in words} == dict.fromkeys(words, Wish.STOP)


@given(st.sampled_from(MUST_STOP), st.data())
def test_case_width_spaces_and_punctuation_say_nothing(word: str, data: st.DataObject) -> None:
    letters = [data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in word]
    spaced = "".join(data.draw(PUNCTUATION) + letter for letter in letters) + data.draw(PUNCTUATION)
    wide = spaced.translate(FULL_WIDTH) if data.draw(st.booleans()) else spaced
    assert read(wide) is Wish.STOP


@given(
    st.sampled_from(["when does it", "why did it", "how does this", "does it", "will it ever"]),
    st.sampled_from(["stop", "end", "quit", "cancel"]),
    st.sampled_from(["", "?", " for me?", " today", " after I pay?"]),
)
def test_a_word_inside_a_question_is_no_stop(opening: str, word: str, rest: str) -> None:
    assert read(f"{opening} {word}{rest}") is Wish.OTHER


@given(st.sampled_from(CORPUS["stop"]), st.sampled_from(["I paid on Monday. ", "Hello! ", "你好，", "OK. "]))
def test_a_stop_after_something_else_is_still_a_stop(stop: str, before: str) -> None:
    if len(stop) > 12:  # a bare key word alone is its own sentence, a letter is not
        assert read(before + stop) is Wish.STOP


@given(st.text(max_size=3000))
def test_any_text_at_all_has_an_answer(text: str) -> None:
    assert isinstance(read(text), Wish)
