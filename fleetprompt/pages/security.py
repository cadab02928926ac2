"""What every page tells the browser not to do (ADR 51)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

PERMISSIONS: Final = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(),"
    " fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(),"
    " payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(),"
    " xr-spatial-tracking=()"
)


def headers(*, shows_images: bool = False, form_targets: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The security headers of a page.

    shows_images: whether listings' images, on any https server, are on it. form_targets: the origins beside our own
    that a form of it may be sent to.
    """
    images = "'self' https:" if shows_images else "'self'"
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": images,
        "connect-src": "'self'",
        "form-action": " ".join(["'self'", *form_targets]),
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return [
        ("content-security-policy", "; ".join(f"{directive} {sources}" for directive, sources in policy.items())),
        ("referrer-policy", "no-referrer"),
        ("permissions-policy", PERMISSIONS),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ]
