"""Channel files and `smsops.yaml` become values: read, checked against the schemas, built, compared with each other."""
