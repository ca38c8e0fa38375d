"""What makes the model files that detectors ship. Reads installed packages only, and is not part of the product."""
