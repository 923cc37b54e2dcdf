"""The importers of challenges that were published elsewhere."""

from __future__ import annotations

from evaluators.learning.entries import RegistryEntry, by_name

IMPORTERS: dict[str, RegistryEntry] = by_name(
    [
        RegistryEntry(
            "vision-selection",
            "DataPerf: vision selection",
            "evaluators.bundles.importers.vision_selection:import_bundle",
        ),
        RegistryEntry(
            "speech-selection",
            "DataPerf: speech selection",
            "evaluators.bundles.importers.speech_selection:import_bundle",
        ),
        RegistryEntry(
            "acquisition", "DataPerf: data acquisition", "evaluators.bundles.importers.acquisition:import_bundle"
        ),
        RegistryEntry(
            "vision-cleaning", "DataPerf: vision cleaning", "evaluators.bundles.importers.vision_cleaning:import_bundle"
        ),
    ]
)
