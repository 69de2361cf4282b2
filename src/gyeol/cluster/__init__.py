"""Judging on many machines with Ray Data: inputs from anywhere, answers as partitioned Parquet."""
