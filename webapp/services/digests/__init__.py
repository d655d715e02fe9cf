"""Letters: who wants them, which are due, and their sending."""
