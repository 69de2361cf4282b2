"""What people say of images: the database of verdicts, what to look at next, and exports. Nothing of the web."""
