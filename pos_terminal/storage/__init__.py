"""Files and databases that a power cut leaves whole."""
