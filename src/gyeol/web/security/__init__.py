"""What stands between the network and the routes. Each is an ASGI middleware of its own."""
