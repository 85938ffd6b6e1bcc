"""Staff write down that a bank pays by itself."""

from django.urls import reverse

from tests import factories


def test_staff_write_down_that_a_bank_pays_by_itself_and_take_it_back(staff_client, borrower):
    loan = factories.make_loan(borrower)
    page = reverse("admin:loans_creditaccount_autopay", args=[loan.pk])
    for is_autopay in (True, False):
        assert staff_client.post(page, {"is_autopay": "on"} if is_autopay else {}).status_code == 302
        loan.refresh_from_db()
        assert loan.is_autopay is is_autopay


def test_a_clerk_without_the_right_cannot(client, borrower):
    loan = factories.make_loan(borrower)
    client.force_login(factories.make_staff(is_superuser=False))
    page = reverse("admin:loans_creditaccount_autopay", args=[loan.pk])
    assert client.post(page, {"is_autopay": "on"}).status_code == 403
