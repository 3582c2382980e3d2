"""Twilio: the only room that knows its SDK, its paths, its field names and its error numbers."""
