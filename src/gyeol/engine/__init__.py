"""Judging many images, and what that leaves behind."""
