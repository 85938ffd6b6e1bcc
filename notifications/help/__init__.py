"""What a borrower can ask of the lender: more time, another due day, relief, a look at a mistake; or complain."""
