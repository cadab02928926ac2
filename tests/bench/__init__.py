"""How fast the server is, beside a bare handler that sends the same statements; `make bench` prints the ratios."""
