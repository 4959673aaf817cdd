"""The web page: input and display. The rules of the model are in ``corridors`` and ``sim``."""
