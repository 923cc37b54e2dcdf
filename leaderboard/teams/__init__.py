"""Teams, their members and names, and the team that a user submits for in a challenge."""
