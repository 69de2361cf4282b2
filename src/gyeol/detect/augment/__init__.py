"""Making training crops: real defects, composed ones, and synthetic anomalies on normal surface."""
