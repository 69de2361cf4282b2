"""gyeol: texture-surface defect detection from thirty defects."""

__version__ = "0.1.0"
