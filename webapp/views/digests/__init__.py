"""Letters: wishing for them, acting from them, a reader's own, what became of them."""
