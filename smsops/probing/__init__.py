"""The one door to servers that channel files name: where a name leads, its certificate, the status of one request."""
