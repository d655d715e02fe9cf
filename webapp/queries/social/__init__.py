"""What readers do in public, a file for each kind of page."""
