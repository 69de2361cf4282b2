"""Data rooms: the folder contract, safe reading, tables, leak-free folds and the sample generator."""
