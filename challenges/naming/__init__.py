"""Names that could be taken for one another, and the titles of challenges, none of which may."""
