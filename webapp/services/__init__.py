"""What changes rows. Files of functions, by noun."""
