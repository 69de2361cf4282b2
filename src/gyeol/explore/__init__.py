"""What is in a data folder: facts first; pictures are made from the facts."""
