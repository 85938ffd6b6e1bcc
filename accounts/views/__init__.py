"""The pages of a person: claiming, signing in, the profile."""
