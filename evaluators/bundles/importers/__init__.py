"""Importers: challenges that were published elsewhere, made into bundles in bounded memory.

Each module has ``import_bundle(source, bundle)``: ``source`` is the folder as it is published, ``bundle`` a new one.
"""
