"""What was: the contacts a person has had, and how they have paid. Read from the tables, decided elsewhere."""
