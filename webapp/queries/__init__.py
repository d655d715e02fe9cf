"""What reads rows, by noun."""
