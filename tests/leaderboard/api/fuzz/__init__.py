"""Random requests to the whole API as several kinds of user; ``test_fuzz`` and ``__main__`` run them."""
