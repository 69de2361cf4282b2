"""Telling TensorBoard and MLflow how a training goes."""
