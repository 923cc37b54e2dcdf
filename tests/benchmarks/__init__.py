"""Measurements: ``./run bench`` prints them, nothing asserts them.

Times on a shared machine mean little by themselves, so things to compare are measured alternately in a single run.
"""
