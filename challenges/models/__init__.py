from challenges.models.challenge import Challenge
from challenges.models.dataset import DataFile, DatasetVersion
from challenges.models.phase import Phase

__all__ = ["Challenge", "DataFile", "DatasetVersion", "Phase"]
