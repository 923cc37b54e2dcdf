"""The pages for organizers; ``wizard`` has the steps that make a challenge."""
