"""inforce: which policy is in force, what changed, and who accepted exactly what."""

__version__ = "0.1.0"
