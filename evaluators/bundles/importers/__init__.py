"""Importers that turn challenges published elsewhere into bundles, in bounded memory.

Each module has ``import_bundle(source, bundle)``: ``source`` is the folder as it was published, or one around it;
``bundle`` is a new one. It returns sentences on what was changed, left out or not needed, and on the licence.
Those of DataPerf's challenges also have ``looks_like(folder)``, by which ``published`` recognises them.
"""

from evaluators.learning.entries import RegistryEntry, by_name

_HERE = "evaluators.bundles.importers"

IMPORTERS = by_name(
    [
        RegistryEntry("vision-selection", "DataPerf: vision selection", f"{_HERE}.vision_selection:import_bundle"),
        RegistryEntry("speech-selection", "DataPerf: speech selection", f"{_HERE}.speech_selection:import_bundle"),
        RegistryEntry("acquisition", "DataPerf: data acquisition", f"{_HERE}.acquisition:import_bundle"),
        RegistryEntry("vision-cleaning", "DataPerf: vision cleaning", f"{_HERE}.vision_cleaning:import_bundle"),
    ]
)
"""By name; a module is imported when its importer is used. To add one, write its module and add one line here."""
