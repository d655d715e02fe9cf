"""Pages that everybody may read, and the acts that everybody may see."""
