"""What git and the ledger say of the past: versions of channels, who made them, and when they went live."""
