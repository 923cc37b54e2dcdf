"""A challenge's bundle as it is sent: its text, its archive and its files, with everything wrong found at once."""
