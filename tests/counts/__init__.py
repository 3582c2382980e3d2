"""Speed, kept without a clock: what is counted here is the same on every machine."""
