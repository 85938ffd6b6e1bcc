"""What is owed, and the ways in which the lender's books reach us."""

from loans.models.api import ApiCall as ApiCall
from loans.models.api import ApiKey as ApiKey
from loans.models.books import Allocation as Allocation
from loans.models.books import AllPayments as AllPayments
from loans.models.books import Bill as Bill
from loans.models.books import CreditAccount as CreditAccount
from loans.models.books import Payment as Payment
from loans.models.books import Reversal as Reversal
from loans.models.books import StandingPayments as StandingPayments
from loans.models.feed import CalendarFeed as CalendarFeed
from loans.models.fineract import FineractLoan as FineractLoan
from loans.models.imports import ImportRun as ImportRun
from loans.models.pay import PayEvent as PayEvent
from loans.models.pay import PayOrder as PayOrder
