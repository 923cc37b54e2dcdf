"""The files of a submission: unpacks them within limits, assigns them to tasks, and reads text and CSV strictly."""

from evaluators.submissions.naming import name_for_task, task_of_name
from evaluators.submissions.uploads import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_TOTAL_BYTES,
    ZIP_MAGIC,
    Upload,
    plain_name,
    read_files,
    readable_size,
    too_large,
    too_large_together,
    unpack,
)

__all__ = [
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "MAX_TOTAL_BYTES",
    "ZIP_MAGIC",
    "Upload",
    "name_for_task",
    "plain_name",
    "read_files",
    "readable_size",
    "task_of_name",
    "too_large",
    "too_large_together",
    "unpack",
]
