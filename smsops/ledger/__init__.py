"""What smsops remembers between runs. `records` builds and reads them, purely; `folder` keeps them on disk."""
