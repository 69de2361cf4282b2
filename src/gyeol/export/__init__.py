"""A detector as one ONNX graph: raw pixels in, score, answer and heat map out."""
