"""Live services become channel files: what can be said of each, its text, its place, and what has to be left out."""
