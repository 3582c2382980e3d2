"""What an auditor asks of the past: everything of a period, a sample of it, and what should not be so."""
