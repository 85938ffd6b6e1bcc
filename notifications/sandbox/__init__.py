"""Providers that live on this computer, for the demo and the tests. Nothing leaves it."""
