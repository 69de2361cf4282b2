"""The detector: what it learns from, the network, its training, its threshold, and the directory it is kept in."""
