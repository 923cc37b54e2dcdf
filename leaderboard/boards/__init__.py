"""Boards: ranks, versions, the review of entries, and the documents that publish them."""
