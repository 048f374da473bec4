"""Renderings of a Result: terminal, HTML, plain text. What they show is what ``Result.to_dict`` holds."""
