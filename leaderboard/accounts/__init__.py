"""What belongs to one account: signing in, confirming who one is, sessions, tokens, its data and its end."""
