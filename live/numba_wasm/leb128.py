"""The integers of the WebAssembly binary format, read and written.

Source: WebAssembly Core Specification 2.0, section 5.2 (bytes, integers, names) and 5.1.3 (vectors).
"""

__all__ = ["Reader", "signed", "text", "unsigned", "vector"]


class Reader:
    """A place in a byte string."""

    def __init__(self, content, place=0):
        self.content, self.place = content, place

    def __bool__(self):
        return self.place < len(self.content)

    def byte(self):
        self.place += 1
        return self.content[self.place - 1]

    def take(self, n):
        self.place += n
        return self.content[self.place - n : self.place]

    def unsigned(self):
        return self._groups()[0]

    def signed(self):
        value, shift = self._groups()
        return value - (1 << shift) if value >> (shift - 1) else value

    def _groups(self):
        """The groups of seven bits, lowest first, as one number, and how many bits they are."""
        value = shift = 0
        while True:
            group = self.byte()
            value |= (group & 127) << shift
            shift += 7
            if group < 128:
                return value, shift

    def text(self):
        return self.take(self.unsigned()).decode()


def unsigned(value):
    """The shortest encoding of an int >= 0."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def signed(value):
    """The shortest encoding of an int."""
    out = bytearray()
    while not -64 <= value < 64:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value & 127])


def text(name):
    """A name: its length and its bytes."""
    encoded = name.encode()
    return unsigned(len(encoded)) + encoded


def vector(items):
    """Encoded items, behind their number."""
    items = list(items)
    return unsigned(len(items)) + b"".join(items)
