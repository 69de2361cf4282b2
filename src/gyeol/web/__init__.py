"""The review page and the HTTP API. The extra part `web`."""
