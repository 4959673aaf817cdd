"""Studies made of many runs: comparison, saturation, sensitivity, calibration, validation, performance."""
