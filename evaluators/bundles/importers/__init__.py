"""Importers that turn challenges published elsewhere into bundles, in bounded memory.

Each module has ``import_bundle(source, bundle)``: ``source`` is the folder as it was published, ``bundle`` a new one.
"""
