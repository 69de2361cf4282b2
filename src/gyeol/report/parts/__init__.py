"""One section of the report a file: sources and words in, a Section out, or None where it has nothing to say."""
