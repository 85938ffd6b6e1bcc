"""One-time codes under fire: guesses made in parallel count like any others, and a right one works once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.sessions.backends.cache import SessionStore
from django.utils import timezone

from accounts import codes
from accounts.codes import Answer, Recipient
from tests.accounts.conftest import PHONE, Post
from tests.waiting import PATIENCE

TO = Recipient("phone", PHONE, PHONE, "en")


def session_with_code() -> SessionStore:
    session = SessionStore()
    codes.send(session, "test", to=TO, now=timezone.now())
    return session


def in_parallel(session: SessionStore, guesses: list[str]) -> list[Answer]:
    """Each guess as a request of its own that has read the session before any other wrote it."""
    start = Barrier(len(guesses))

    def guess(code: str) -> Answer:
        own = SessionStore()
        own.update(dict(session.items()))
        start.wait(timeout=PATIENCE)
        return codes.check(own, "test", code=code, now=timezone.now())

    with ThreadPoolExecutor(len(guesses)) as pool:
        return list(pool.map(guess, guesses))


def test_of_parallel_guesses_three_are_looked_at(post: Post) -> None:
    session = session_with_code()
    right = int(post.code(PHONE))
    answers = in_parallel(session, [f"{(right + step) % 10**6:06d}" for step in range(1, 13)])
    assert answers.count(Answer.WRONG) == codes.TRIES - 1
    assert answers.count(Answer.OVER) == 12 - (codes.TRIES - 1)
    assert codes.check(session, "test", code=post.code(PHONE), now=timezone.now()) is Answer.OVER


def test_a_right_code_works_once(post: Post) -> None:
    session = session_with_code()
    answers = in_parallel(session, [post.code(PHONE)] * 3)
    assert answers.count(Answer.RIGHT) == 1
    assert codes.check(session, "test", code=post.code(PHONE), now=timezone.now()) is Answer.OVER


def test_a_code_is_for_one_purpose(post: Post) -> None:
    session = session_with_code()
    assert codes.check(session, "other", code=post.code(PHONE), now=timezone.now()) is Answer.OVER


@pytest.mark.parametrize(("seconds", "answer"), [(599, Answer.RIGHT), (600, Answer.OVER)])
def test_a_code_lives_ten_minutes(post: Post, seconds: int, answer: Answer) -> None:
    session = session_with_code()
    later = timezone.now() + timedelta(seconds=seconds)
    assert codes.check(session, "test", code=post.code(PHONE), now=later) is answer


@pytest.mark.parametrize("typed", ["", "abc", "١٢٣٤٥٦", "12345"])
def test_words_that_are_no_code_are_a_wrong_try(post: Post, typed: str) -> None:
    assert codes.check(session_with_code(), "test", code=typed, now=timezone.now()) is Answer.WRONG


def test_the_session_does_not_hold_the_code(post: Post) -> None:
    session = session_with_code()
    code = post.code(PHONE)
    assert re.fullmatch(r"\d{6}", code)
    assert code not in str(dict(session.items())).replace(PHONE, "")
