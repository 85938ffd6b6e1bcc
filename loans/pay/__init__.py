"""Pay now: a payment provider's hosted page takes the money, its signed webhook books it. No card data touches us."""
