"""The rows to beat: what one would try first."""
