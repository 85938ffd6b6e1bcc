"""Write a batch: the good rows, each refused one with its reason. Sending a batch twice changes nothing more.

Each function takes rows of one kind and returns a result for every row, in their order.
"""

from loans.api.upserts.account_rows import KEPT_OF_ACCOUNT, accounts
from loans.api.upserts.bill_rows import KEPT_OF_BILL, bills
from loans.api.upserts.borrower_rows import borrowers
from loans.api.upserts.payment_rows import payments, reversals

__all__ = ["KEPT_OF_ACCOUNT", "KEPT_OF_BILL", "accounts", "bills", "borrowers", "payments", "reversals"]
