"""The participants' door: taking submissions in, their limits, the names of their files, their export."""
