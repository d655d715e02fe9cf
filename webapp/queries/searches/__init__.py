"""Looking for papers: what was typed as SQL, and what it finds."""
