"""The languages with interface words: English and the catalogues. Written by `tooling/catalogues.py`."""

INTERFACE_LANGUAGES = ("ar", "de", "en", "es", "fr", "ja", "zh-Hans")
