"""Fields of a PDU as they stand on the wire: octets, strings that end with a zero."""


class Malformed(ValueError):
    """The bytes are not what the specification says."""


def text(value: str, most: int) -> bytes:
    """A C-octet string of at most `most` octets with its zero. Raises Malformed."""
    try:
        data = value.encode("latin-1")
    except UnicodeEncodeError as problem:
        raise Malformed("a character outside Latin-1") from problem
    if len(data) >= most or 0 in data:
        raise Malformed(f"more than {most - 1} characters, or a zero among them")
    return data + b"\0"


class Reader:
    """Reads the fields of a body one after another. Raises Malformed where it is too short."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def octet(self) -> int:
        """One octet as a number."""
        return self.octets(1)[0]

    def octets(self, count: int) -> bytes:
        """So many octets."""
        end = self.place + count
        if end > len(self.data):
            raise Malformed("a field is cut off")
        octets = self.data[self.place : end]
        self.place = end
        return octets

    def text(self) -> str:
        """A C-octet string. Its length is not judged: providers exceed the specification."""
        end = self.data.find(b"\0", self.place)
        if end < 0:
            raise Malformed("a string has no end")
        octets = self.data[self.place : end]
        self.place = end + 1
        return octets.decode("latin-1") if octets else ""

    def rest(self) -> bytes:
        """All that is left."""
        return self.octets(len(self.data) - self.place)
