"""The challenges that were published elsewhere and can be imported."""

from __future__ import annotations

from evaluators.learning.entries import Entry, by_name

IMPORTERS: dict[str, Entry] = by_name(
    [
        Entry(
            "vision-selection",
            "DataPerf: vision selection",
            "evaluators.bundles.importers.vision_selection:import_bundle",
        ),
        Entry(
            "speech-selection",
            "DataPerf: speech selection",
            "evaluators.bundles.importers.speech_selection:import_bundle",
        ),
        Entry("acquisition", "DataPerf: data acquisition", "evaluators.bundles.importers.acquisition:import_bundle"),
        Entry(
            "vision-cleaning", "DataPerf: vision cleaning", "evaluators.bundles.importers.vision_cleaning:import_bundle"
        ),
    ]
)
