"""Several detectors on one folder: the same images, cores and minutes, the same measure."""
