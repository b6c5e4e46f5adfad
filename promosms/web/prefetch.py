"""Pages that a browser loads ahead, before anybody has asked for them."""

from werkzeug.wrappers import Request

# Sec-Purpose is the standard (Fetch, section 3.5.9); the others are from before it.
HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
AHEAD = ("prefetch", "prerender", "preview")


def is_seen(request: Request) -> bool:
    """Does a person see the answer to this request, and not only a browser that loads ahead?"""
    said = " ".join(request.headers.get(name, "") for name in HEADERS).lower()
    return request.method == "GET" and not any(word in said for word in AHEAD)
