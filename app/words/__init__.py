"""What the page says, in English and Chinese: one module a page, and ``common`` for all of them."""
