"""What providers tell us: each one's addresses, where its words are verified, kept as they came and then understood."""
