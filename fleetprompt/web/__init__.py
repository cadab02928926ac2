"""HTTP that is nobody's domain: decoding, envelope, request ids, sessions, signatures, limits, caching."""
