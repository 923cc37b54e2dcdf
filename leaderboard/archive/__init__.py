"""A challenge as one file that outlives the site: ``exporting`` writes it, ``importing`` reads it.

``layout`` defines its contents, ``records`` converts rows to plain data and back, ``reading`` guards against hostile
files, and ``page`` creates the board that opens without a server.
"""
