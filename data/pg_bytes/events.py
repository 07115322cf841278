"""Rows of a table of users' events, as a stream that PostgreSQL's COPY reads."""

import numpy as np

# id, user_id and happened_at are 8 bytes each.
FIXED_BYTES = 24
# Enough distinct texts that gzip, which looks back 32 KiB, hardly ever sees one twice.
POOL_BYTES = 4_000_000
CHUNK_BYTES = 8_000_000


def json_text(random, size):
    """A JSON object of exactly `size` ASCII characters: as many events as fit, then a note that fills up."""
    kinds, pages = ("view", "click", "search", "purchase"), ("home", "item", "cart", "help")
    events, free = [], size - len('{"seen":0,"events":[],"note":""}')
    while True:
        kind, page, item, session, took = random.integers((4, 4, 10**6, 2**32, 2000)).tolist()
        event = f'{{"type":"{kinds[kind]}","page":"{pages[page]}","item":{item},"session":"{session:08x}","ms":{took}}}'
        if len(event) + bool(events) > free:
            break
        free -= len(event) + bool(events)
        events.append(event)
    note = "".join(map(chr, random.integers(97, 123, free).tolist()))
    return f'{{"seen":0,"events":[{",".join(events)}],"note":"{note}"}}'


def payloads(kind, size, rows, random):
    """A function of a number of rows that returns that many payloads as an array of `size`-byte records."""
    if kind == "random":
        return lambda count: np.frombuffer(random.bytes(count * size), dtype=f"V{size}")
    texts = "".join(json_text(random, size) for _ in range(min(rows, POOL_BYTES // size)))
    pool = np.frombuffer(texts.encode("ascii"), dtype=f"V{size}")
    return lambda count: pool[random.integers(len(pool), size=count)]


def copy_stream(kind, size, rows, random):
    """The rows in PostgreSQL's binary COPY format, in chunks.

    A header; per row the number of fields; per field its length and its value, most significant byte
    first; an end mark (PostgreSQL 15 manual, COPY, "Binary Format").
    """
    make = payloads(kind, size, rows, random)
    fields = [("id", ">i8", 8), ("user_id", ">i8", 8), ("happened_at", ">i8", 8), ("payload", f"V{size}", size)]
    layout = [("count", ">i2")]
    for name, dtype, _ in fields:
        layout += [(f"{name}_length", ">i4"), (name, dtype)]
    yield b"PGCOPY\n\xff\r\n\0" + bytes(8)
    step = max(1, CHUNK_BYTES // (size + FIXED_BYTES))
    for first in range(0, rows, step):
        chunk = np.empty(min(step, rows - first), dtype=layout)
        chunk["count"] = len(fields)
        for name, _, length in fields:
            chunk[f"{name}_length"] = length
        chunk["id"] = np.arange(first, first + len(chunk))
        chunk["user_id"] = random.integers(max(1, rows // 100), size=len(chunk))
        # One event a millisecond, in microseconds since 2000-01-01.
        chunk["happened_at"] = 800_000_000_000_000 + 1000 * chunk["id"].astype(np.int64)
        chunk["payload"] = make(len(chunk))
        yield chunk.tobytes()
    yield b"\xff\xff"
