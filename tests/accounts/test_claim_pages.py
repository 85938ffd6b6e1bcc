"""From the invitation to the first sign-in, through the pages."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import claiming
from accounts.models import Borrower, ContactPoint, Invitation, User
from tests import factories
from tests.accounts.conftest import EMAIL, PHONE, Post, answered, path_of

CONTACT, CODE = reverse("accounts:claim_contact"), reverse("accounts:claim_code")
pytestmark = pytest.mark.django_db


def point(person: Borrower, kind: str) -> ContactPoint:
    return person.contact_points.get(kind=kind)


# ---------- the whole way ----------


def test_an_e_mail_address_on_file_becomes_the_login(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    claiming.send(invitation)
    assert path_of(invitation) in post.to(EMAIL)[0]
    assert client.get(path_of(invitation)).status_code == 200
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    response = client.post(CODE, {"code": post.code(EMAIL)})
    assert response["Location"] == f"{reverse('account_set_password')}?next=/"

    newcomer.refresh_from_db()
    login = newcomer.user
    assert login is not None
    assert (login.email, login.phone, login.name, login.has_usable_password()) == (
        EMAIL,
        None,
        "Zhang Wei",
        False,
    )
    assert EmailAddress.objects.get(user=login).verified
    assert point(newcomer, "email").verified_at is not None
    assert point(newcomer, "phone").verified_at is None
    invitation.refresh_from_db()
    assert invitation.used_at is not None
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_going_on_without_a_password_leads_to_no_other_site(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    client.post(CODE, {"code": post.code(EMAIL)})
    page = reverse("account_set_password")
    assert '<a href="/inbox/">Continue without' in client.get(page, {"next": "/inbox/"}).text
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert "Continue without" not in client.get(page, {"next": elsewhere}).text


def test_a_new_phone_number_becomes_the_login_and_the_old_address_hears_of_it(
    client: Client,
    newcomer: Borrower,
    invitation: Invitation,
    post: Post,
    django_capture_on_commit_callbacks: object,
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": "other", "other": "(212) 555-0182"})
    assert "+1 212-555-0182" in client.get(CODE).text
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        client.post(CODE, {"code": post.code("+12125550182")})

    newcomer.refresh_from_db()
    login = newcomer.user
    assert login is not None
    assert (login.email, str(login.phone), login.phone_verified) == (None, "+1 212-555-0182", True)
    added = newcomer.contact_points.get(value="+12125550182")
    assert (added.source, added.verified_at is not None) == (ContactPoint.Source.BORROWER, True)
    assert "another address" in post.to(EMAIL)[-1]


def test_who_reads_chinese_is_answered_and_written_to_in_chinese_with_digits_as_wide_as_its_keyboard_writes(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    chinese = {"accept-language": "zh-TW"}
    client.post(path_of(invitation), {"answer": "93x4".translate(wide)}, headers=chinese)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk}, headers=chinese)
    assert "您的驗證碼" in post.to(EMAIL)[-1]
    answer = client.post(CODE, {"code": post.code(EMAIL).translate(wide)}, headers=chinese, follow=True)
    assert (answer["Content-Language"], "您已登入" in answer.text) == ("zh-hant", True)
    newcomer.refresh_from_db()
    assert newcomer.language == "zh-hant"


def test_a_password_is_offered_and_not_asked_for(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "phone").pk})
    page = client.post(CODE, {"code": post.code(PHONE)}, follow=True)
    assert 'href="/"' in page.text
    words = {"password1": "a long walk home", "password2": "a long walk home", "next": "/"}
    assert client.post(reverse("account_set_password"), words)["Location"] == "/"
    newcomer.refresh_from_db()
    assert newcomer.user is not None
    assert newcomer.user.check_password("a long walk home")


def test_the_invitation_is_in_the_language_on_file_and_the_code_in_that_of_the_page(
    client: Client, newcomer: Borrower, post: Post
) -> None:
    Borrower.objects.filter(pk=newcomer.pk).update(language="zh-hans")
    newcomer.refresh_from_db()
    sent = claiming.invite(newcomer, sent_to=point(newcomer, "phone"), by=None, now=timezone.now())
    claiming.send(sent)
    answered(client, sent).post(CONTACT, {"choice": point(newcomer, "phone").pk})
    assert [text.language for text in post.texts] == ["zh-hans", "en"]


# ---------- what a thief of the link learns ----------


def test_nothing_on_file_is_shown_before_the_fact_and_only_masked_after_it(
    client: Client, newcomer: Borrower, invitation: Invitation
) -> None:
    before = client.get(path_of(invitation)).text
    answered(client, invitation)
    after = client.get(CONTACT).text
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    code = client.get(CODE).text
    for page in (before, after, code):
        assert EMAIL not in page
        assert PHONE not in page
        assert "Zhang" not in page
    assert "z•••@example.com" in after
    assert "••• 147" in after
    assert "z•••@example.com" in code


@pytest.mark.parametrize("page", [CONTACT, CODE])
def test_the_later_pages_are_closed_without_the_fact(client: Client, page: str) -> None:
    assert client.get(page).status_code == 404
    assert client.post(page, {"choice": "other", "other": PHONE}).status_code == 404


def test_another_borrowers_contact_point_is_no_choice(
    client: Client, stranger: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    response = client.post(CONTACT, {"choice": point(stranger, "phone").pk})
    assert response.status_code == 200
    assert post.letters == []


# ---------- every failure says the same ----------


def ended(invitation: Invitation, **changes: object) -> str:
    Invitation.objects.filter(pk=invitation.pk).update(**changes)
    return path_of(invitation)


def broken_paths(invitation: Invitation, case: str) -> str:
    now = timezone.now()
    match case:
        case "expired":
            return ended(
                invitation, created_at=now - timedelta(days=20), expires_at=now - timedelta(seconds=1)
            )
        case "used":
            return ended(invitation, used_at=now)
        case "worn out":
            return ended(invitation, wrong_answers=5)
        case "has a login":
            invitation.borrower.user = factories.make_login()
            invitation.borrower.save()
            return path_of(invitation)
        case "tampered":
            return path_of(invitation)[:-3] + "xx/"
        case "unsigned":
            return reverse("accounts:claim", args=[invitation.pk.hex])
        case "another purpose":
            return reverse("accounts:claim", args=[Signer(salt="other").sign(invitation.pk.hex)])
        case _:
            return reverse("accounts:claim", args=["nothing"])


CASES = ["expired", "used", "worn out", "has a login", "tampered", "unsigned", "another purpose", "unknown"]


@pytest.mark.parametrize("case", CASES)
def test_a_link_that_does_not_work_says_always_the_same(
    client: Client, invitation: Invitation, case: str
) -> None:
    plain = client.get(reverse("accounts:claim", args=["nothing"]))
    path = broken_paths(invitation, case)
    for response in (client.get(path), client.post(path, {"answer": "93X4"})):
        assert response.status_code == plain.status_code == 404
        assert without_path(response.text) == without_path(plain.text)


def without_path(page: str) -> str:
    """The page without what every page repeats of its own address: the token of the form, and `next`."""
    return "".join(line for line in page.splitlines(True) if "csrfmiddlewaretoken" not in line)


def test_five_wrong_answers_end_the_invitation(client: Client, invitation: Invitation) -> None:
    for _ in range(4):
        assert client.post(path_of(invitation), {"answer": "0000"}).status_code == 200
    assert client.post(path_of(invitation), {"answer": "0000"}).status_code == 404
    assert client.post(path_of(invitation), {"answer": "93X4"}).status_code == 404


def test_an_invitation_that_expires_on_the_way_makes_no_login(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    code = post.code(EMAIL)
    ended(invitation, used_at=timezone.now())
    assert client.post(CODE, {"code": code}).status_code == 404
    assert not User.objects.exists()


def test_the_fact_is_asked_again_after_half_an_hour(client: Client, invitation: Invitation) -> None:
    answered(client, invitation)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert client.get(CONTACT).status_code == 404


# ---------- codes ----------


def test_three_wrong_codes_need_a_new_one(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    right = post.code(EMAIL)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert [client.post(CODE, {"code": wrong}).status_code for _ in range(3)] == [200, 200, 302]
    assert client.post(CODE, {"code": right})["Location"] == CONTACT
    assert not User.objects.exists()


def test_a_code_is_over_after_ten_minutes(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert client.post(CODE, {"code": post.code(EMAIL)})["Location"] == CONTACT
    assert not User.objects.exists()


def test_a_new_code_ends_the_old_one(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    old = post.code(EMAIL)
    client.post(CODE, {"action": "resend"})
    new = post.code(EMAIL)
    if old != new:
        assert client.post(CODE, {"code": old}).status_code == 200
    assert client.post(CODE, {"code": f"{new[:3]} {new[3:]}"}).status_code == 302
    assert User.objects.count() == 1


def test_codes_to_one_address_are_limited(
    client: Client, newcomer: Borrower, invitation: Invitation, post: Post
) -> None:
    answered(client, invitation)
    client.post(CONTACT, {"choice": point(newcomer, "email").pk})
    statuses = [client.post(CODE, {"action": "resend"}).status_code for _ in range(4)]
    assert statuses == [302, 302, 429, 429]
    assert len(post.to(EMAIL)) == 3


def test_answers_and_codes_are_limited_by_place(
    client: Client, invitation: Invitation, newcomer: Borrower
) -> None:
    nothing = reverse("accounts:claim", args=["nothing"])
    statuses = {client.post(nothing, {"answer": "93X4"}).status_code for _ in range(10)}
    assert statuses == {404}
    assert client.post(path_of(invitation), {"answer": "93X4"}).status_code == 429


# ---------- other people's addresses ----------


def test_an_address_of_another_login_is_told_only_to_who_reads_it(
    client: Client, stranger: Borrower, invitation: Invitation, post: Post
) -> None:
    assert stranger.user is not None
    taken = stranger.user.email
    assert taken is not None
    answered(client, invitation)
    known = client.post(CONTACT, {"choice": "other", "other": taken})
    unknown = client.post(CONTACT, {"choice": "other", "other": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    client.post(CONTACT, {"choice": "other", "other": taken})
    page = client.post(CODE, {"code": post.code(taken)}, follow=True)
    assert "another account" in page.text
    invitation.refresh_from_db()
    assert invitation.used_at is None
    assert invitation.borrower.user is None


def test_who_is_signed_in_is_asked_to_sign_out_first(signed_in: Client, invitation: Invitation) -> None:
    page = signed_in.get(path_of(invitation))
    assert reverse("account_logout") in page.text
    assert signed_in.post(path_of(invitation), {"answer": "93X4"}).status_code == 200
    assert signed_in.get(CONTACT).status_code == 200
    invitation.refresh_from_db()
    assert invitation.used_at is None
