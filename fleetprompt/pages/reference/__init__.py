"""The API reference, read from the OpenAPI document that this instance serves."""
