"""The version of the package, which must be the library's too."""

__version__ = "0.2.0"
