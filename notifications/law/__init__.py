"""Contact law: rulebooks as data, one case of contact, and what the rules say of it. Pure: no Django, no clock.

`rule` and `reading` hold the data, `case` the facts, `timing` the rules that move a contact to a later instant,
`bars` the rules that forbid it, and `judge` weighs them. The gate that sends asks the same functions as the
scenario runner (`python -m tests.acceptance.law`) does.
"""
