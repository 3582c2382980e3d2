"""One module for each command of `smsops audit`."""
