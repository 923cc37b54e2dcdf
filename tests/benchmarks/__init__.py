"""Measurements: ``./run bench`` prints them, nothing asserts them.

Times on a shared machine prove little by themselves, so what is compared is measured side by side, in turn, in one run.
"""
