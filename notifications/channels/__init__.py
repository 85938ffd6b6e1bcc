"""How a message leaves the house: one small class per provider, one result type for all."""
