"""Statements and receipts as PDF: the same figures as on the pages, on paper."""
