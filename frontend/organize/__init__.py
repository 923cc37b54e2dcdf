"""The pages for organizers; ``wizard`` has the steps that create a challenge."""
