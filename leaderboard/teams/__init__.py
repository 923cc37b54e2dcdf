"""Who submits: teams, their members and names, and for which team somebody enters a challenge."""
