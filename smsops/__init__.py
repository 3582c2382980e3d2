"""smsops keeps SMS channels like code: YAML in git, a plan to review, an apply that loses nothing."""

__version__ = "0.1.0"
