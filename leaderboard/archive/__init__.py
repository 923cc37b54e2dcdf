"""A challenge as one file that outlives the site: written by ``exporting``, read by ``importing``.

``layout`` says what is in it, ``records`` how a row becomes plain data and back, ``reading`` keeps hostile files out,
and ``page`` makes the board that opens without a server.
"""
