"""One apply per account at a time. `hold` takes the locks: a `file` in this clone and a `ref` in the remote."""
