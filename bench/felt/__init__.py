"""How quick and how well-made pages are to a browser: what Lighthouse says of them."""
