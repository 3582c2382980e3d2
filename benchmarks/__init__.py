"""Measured claims about speed, one module each. Run all of them with `make bench`."""
