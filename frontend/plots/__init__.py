"""Plots as SVG: each module turns numbers into the coordinates that a template draws."""
