"""The walls that a process in the sandbox takes on by itself: Landlock, the filter of system calls, no capabilities.

Only the standard library is imported here: this runs inside the sandbox, before anything else is loaded.
"""
