"""Answers to a reminder without a sign-in: the links in it, what each does, and its pages."""
