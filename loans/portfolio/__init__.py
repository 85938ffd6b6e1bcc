"""A lender's portfolio as files: read, checked line by line, and only then written (docs/import.md)."""
