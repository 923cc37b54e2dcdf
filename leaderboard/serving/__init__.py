"""The HTTP server: how much patience, memory and disk a client gets. Only whole requests reach Django."""
