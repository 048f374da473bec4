"""Renderings of a Result for terminals, notebooks, files and programs. Their content is that of ``Result.to_dict``."""
