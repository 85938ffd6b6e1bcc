"""The conversation between a borrower and the lender."""
