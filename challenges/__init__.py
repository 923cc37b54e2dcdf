"""What an organizer defines: challenges, their phases and the versions of their data."""
