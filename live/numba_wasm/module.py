"""From the one object file that LLVM writes to a module that a browser loads.

A linker would merge objects and choose what to keep. Everything has been merged and pruned before, as LLVM's
intermediate code, so what is left is bookkeeping: define the memory, the stack and the table that the object imports,
place its data behind the stack, put the addresses where the relocations ask for them, and name the exports.

Memory: ``[0, STACK)`` is the stack, which grows down, so that an overflow traps at address 0 instead of running into
data; then the data; then the heap, whose start is exported.

Source: WebAssembly Core Specification 2.0, section 5.5 (modules); the tool conventions' Linking.md, version 2 (symbol
table and relocations of object files).
"""

import dataclasses

from numba_wasm.leb128 import Reader, signed, text, unsigned, vector

__all__ = ["Linked", "ObjectError", "link"]

PAGE = 65536
STACK = 4 * PAGE
HEADER = b"\0asm\1\0\0\0"

# Numbers of sections.
CUSTOM, TYPE, IMPORT, FUNCTION, TABLE, MEMORY, GLOBAL, EXPORT = range(8)
ELEMENT, CODE, DATA, DATA_COUNT = range(9, 13)
# Kinds of imports and exports.
OF_FUNCTION, OF_TABLE, OF_MEMORY, OF_GLOBAL = range(4)
I32_CONST, END, I32, FUNCREF = 0x41, 0x0B, 0x7F, 0x70
# Kinds of symbols, and their flags.
SYMBOL_FUNCTION, SYMBOL_DATA, SYMBOL_SECTION = 0, 1, 3
UNDEFINED, EXPLICIT_NAME = 0x10, 0x40
SYMBOL_TABLE, INIT_FUNCTIONS = 8, 6
# Relocations: what they refer to, and how the place is encoded.
INDICES = {0: "function", 6: "type", 7: "global", 20: "table"}
TABLE_INDEX_SLEB, TABLE_INDEX_I32, ADDRESS_LEB, ADDRESS_SLEB, ADDRESS_I32 = 1, 2, 3, 4, 5
WITH_ADDEND = {3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23}


class ObjectError(ValueError):
    """The object holds something that this linker does not know."""


@dataclasses.dataclass(frozen=True)
class Linked:
    """A module, the functions that it still imports, and where its heap starts."""

    wasm: bytes
    imports: tuple
    heap: int


@dataclasses.dataclass(frozen=True)
class Sections:
    """An object: its sections by number, its custom ones by name, and the numbers in the order of the file."""

    known: dict
    custom: dict
    order: list


def link(content, exports):
    """Make a module of an object.

    Parameters
    ----------
    content : bytes
        A relocatable WebAssembly object.
    exports : iterable of str
        Functions to export; they keep the order of their names.

    Returns
    -------
    Linked
        Its exports are the functions, ``memory`` and ``__heap_base``.

    Raises
    ------
    ObjectError
    """
    sections = _sections(content)
    imports, functions, table_size = _imports(sections)
    symbols = _symbols(sections)
    data, data_end = _data(sections, STACK)
    code = _code(sections, STACK)
    heap = (data_end + 15) & ~15
    missing = [name for name in exports if name not in symbols]
    if missing:
        raise ObjectError(f"exports must be defined in the object, which lacks {', '.join(missing)}")
    exported = [text(name) + bytes([OF_FUNCTION]) + unsigned(symbols[name]) for name in sorted(exports)]
    exported += [text("memory") + bytes([OF_MEMORY, 0]), text("__heap_base") + bytes([OF_GLOBAL, 1])]
    globals_ = [  # the stack pointer, which moves, and the start of the heap, which does not
        bytes([I32, 1, I32_CONST]) + signed(STACK) + bytes([END]),
        bytes([I32, 0, I32_CONST]) + signed(heap) + bytes([END]),
    ]
    pages = -(-heap // PAGE) + 1
    known = sections.known
    return Linked(
        HEADER
        + _section(TYPE, known[TYPE])
        + _section(IMPORT, vector(imports))
        + _section(FUNCTION, known[FUNCTION])
        + _section(TABLE, vector([bytes([FUNCREF, 0]) + unsigned(max(table_size, _elements(sections)))]))
        + _section(MEMORY, vector([b"\0" + unsigned(pages)]))
        + _section(GLOBAL, vector(globals_))
        + _section(EXPORT, vector(exported))
        + _section(ELEMENT, known.get(ELEMENT))
        + _section(DATA_COUNT, known.get(DATA_COUNT))
        + _section(CODE, code)
        + _section(DATA, data),
        tuple(functions),
        heap,
    )


def _section(number, body):
    return b"" if body is None else bytes([number]) + unsigned(len(body)) + body


def _sections(content):
    if content[: len(HEADER)] != HEADER:
        raise ObjectError("content must be a WebAssembly object of version 1")
    reader, sections = Reader(content, len(HEADER)), Sections({}, {}, [])
    while reader:
        number = reader.byte()
        body = reader.take(reader.unsigned())
        sections.order.append(number)
        if number == CUSTOM:
            inside = Reader(body)
            name = inside.text()
            sections.custom[name] = body[inside.place :]
        else:
            sections.known[number] = body
    if GLOBAL in sections.known:
        raise ObjectError("the object must not define globals")
    return sections


def _limits(reader):
    """The least size of a table or memory."""
    flags, least = reader.unsigned(), reader.unsigned()
    if flags & 1:
        reader.unsigned()
    return least


def _imports(sections):
    """The imports of functions, encoded; their names; and the least size of the table."""
    reader, kept, names, table_size = Reader(sections.known.get(IMPORT, b"\0")), [], [], 1
    for _ in range(reader.unsigned()):
        module, name, kind = reader.text(), reader.text(), reader.byte()
        if kind == OF_FUNCTION:
            kept.append(text(module) + text(name) + bytes([OF_FUNCTION]) + unsigned(reader.unsigned()))
            names.append(name)
        elif kind == OF_TABLE:
            reader.byte()
            table_size = max(table_size, _limits(reader))
        elif kind == OF_MEMORY:
            _limits(reader)
        elif (kind, name) == (OF_GLOBAL, "__stack_pointer"):
            reader.take(2)
        else:
            raise ObjectError(f"the import {name} of kind {kind} has no definition")
    return kept, names, table_size


def _symbols(sections):
    """The index of each function that is defined, by its name."""
    reader, found = Reader(sections.custom["linking"]), {}
    if reader.unsigned() != 2:
        raise ObjectError("the linking section must be of version 2")
    while reader:
        kind, size = reader.byte(), reader.unsigned()
        end = reader.place + size
        if kind == INIT_FUNCTIONS and reader.unsigned():
            raise ObjectError("functions that run at the start have no caller here")
        if kind == SYMBOL_TABLE:
            for _ in range(reader.unsigned()):
                _symbol(reader, found)
        reader.place = end
    return found


def _symbol(reader, found):
    kind, flags = reader.byte(), reader.unsigned()
    if kind == SYMBOL_DATA:
        name = reader.text()
        if flags & UNDEFINED:
            raise ObjectError(f"the data {name} is not defined")
        for _ in range(3):
            reader.unsigned()
    elif kind == SYMBOL_SECTION:
        reader.unsigned()
    else:
        index = reader.unsigned()
        named = not flags & UNDEFINED or flags & EXPLICIT_NAME
        name = reader.text() if named else ""
        if kind == SYMBOL_FUNCTION and not flags & UNDEFINED:
            found[name] = index


def _relocations(sections, number):
    """(place in the section, kind) of each relocation of a section, by place."""
    target, found = sections.order.index(number), []
    for name, body in sections.custom.items():
        if not name.startswith("reloc."):
            continue
        reader = Reader(body)
        if reader.unsigned() != target:
            continue
        for _ in range(reader.unsigned()):
            kind, place = reader.byte(), reader.unsigned()
            reader.unsigned()  # the symbol: the object holds its value already, relative to the start of the data
            if kind in WITH_ADDEND:
                reader.signed()
            found.append((place, kind))
    return sorted(found)


def _data(sections, base):
    """The data, moved to `base`, and where it ends."""
    if DATA not in sections.known:
        return None, base
    body = bytearray(sections.known[DATA])
    for place, kind in _relocations(sections, DATA):
        if kind == ADDRESS_I32:
            value = int.from_bytes(body[place : place + 4], "little") + base
            body[place : place + 4] = value.to_bytes(4, "little")
        elif kind != TABLE_INDEX_I32:
            raise ObjectError(f"relocation {kind} in data is not known")
    reader, segments, end = Reader(bytes(body)), [], base
    for _ in range(reader.unsigned()):
        offset = base + _offset(reader)
        content = reader.take(reader.unsigned())
        end = max(end, offset + len(content))
        head = bytes([0, I32_CONST]) + signed(offset) + bytes([END])
        segments.append(head + unsigned(len(content)) + content)
    return vector(segments), end


def _offset(reader):
    """The constant at the head of a segment of data or of the table."""
    if reader.unsigned() != 0 or reader.byte() != I32_CONST:
        raise ObjectError("a segment must start at a constant")
    offset = reader.signed()
    if reader.byte() != END:
        raise ObjectError("a segment must start at a constant")
    return offset


def _code(sections, base):
    """The bodies of the functions, with addresses moved to `base`; the padding of the places is dropped."""
    content, pending = sections.known[CODE], _relocations(sections, CODE)
    reader, bodies = Reader(content), []
    pending.reverse()
    for _ in range(reader.unsigned()):
        size = reader.unsigned()
        done, end = reader.place, reader.place + size
        body = bytearray()
        while pending and pending[-1][0] < end:
            place, kind = pending.pop()
            body += content[done:place]
            inside = Reader(content, place)
            body += _patched(inside, kind, base)
            done = inside.place
        body += content[done:end]
        bodies.append(unsigned(len(body)) + bytes(body))
        reader.place = end
    return vector(bodies)


def _patched(reader, kind, base):
    if kind in INDICES:
        return unsigned(reader.unsigned())
    if kind == TABLE_INDEX_SLEB:
        return signed(reader.signed())
    if kind == ADDRESS_LEB:
        return unsigned(reader.unsigned() + base)
    if kind == ADDRESS_SLEB:
        return signed(reader.signed() + base)
    raise ObjectError(f"relocation {kind} in code is not known")


def _elements(sections):
    """The size of the table that its segments need."""
    reader, size = Reader(sections.known.get(ELEMENT, b"\0")), 1
    for _ in range(reader.unsigned()):
        offset, count = _offset(reader), reader.unsigned()
        for _ in range(count):
            reader.unsigned()
        size = max(size, offset + count)
    return size
