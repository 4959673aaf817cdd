"""The web page: asks and shows. Every rule of the model is in ``corridors`` and ``sim``."""
