"""A challenge's bundle as its organizer sends it: reads and checks its archive and files, and reports every problem."""
