"""The HTTP API by which the lender's core system feeds the portal. docs/api.md is its manual."""
