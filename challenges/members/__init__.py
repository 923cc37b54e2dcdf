"""The members of a challenge: roles, invitations, the rules they accept, and who may see it."""
