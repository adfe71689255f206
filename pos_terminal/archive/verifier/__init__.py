"""The verifier that goes with every archive, in parts; bundle.py makes them one file."""
