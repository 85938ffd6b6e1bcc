"""A lender's portfolio as files: read, checked line by line, and taken whole or not at all (docs/import.md)."""
