"""One chart a file: facts and words in, a Drawing out."""
