"""Push messages on a person's own devices: which these are, and what is shown there."""
