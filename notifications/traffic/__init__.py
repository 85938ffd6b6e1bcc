"""By which provider a message goes, and when: shares that follow health, circuit breakers, rates."""
