"""The pages for participants and visitors."""
