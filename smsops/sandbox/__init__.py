"""The embedded Twilio: a stateful double of the Messaging and core APIs behind a real HTTP server on loopback."""
