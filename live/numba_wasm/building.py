"""From kernels to a module: compile each, merge, prune, optimise, emit one object, link it."""

import dataclasses
import pathlib
import re

import llvmlite.binding as llvm
from numba.core import errors, sigutils
from numba.core.compiler_lock import global_compiler_lock

from numba_wasm.boundary import RefusedError, export
from numba_wasm.helpers import LATE, add_helpers
from numba_wasm.module import link
from numba_wasm.target import HOST_OBJECT, compile_kernel, compiling, context

__all__ = ["Module", "build"]

HERE = pathlib.Path(__file__).parent
HOST = ("alloc", "reset")  # what the host calls besides the kernels
DEFINED = re.compile(r'^define [^@]*@("[^"]+"|[\w.$-]+)\(', re.MULTILINE)
NAMED = re.compile(r'@("[^"]+"|[\w.$-]+)')


@dataclasses.dataclass(frozen=True)
class Module:
    """A WebAssembly module and what a host must know to call it.

    Attributes
    ----------
    wasm : bytes
    manifest : dict
        ``kernels``: for each, ``args``, ``returns`` and ``tuple``; ``errors``: the words of each number; ``heap``:
        where the heap starts. It can be written as JSON.
    """

    wasm: bytes
    manifest: dict


@global_compiler_lock
def build(exports):
    """Compile kernels to one WebAssembly module.

    Parameters
    ----------
    exports : dict
        For each name, a kernel (what `numba.njit` returns) and its signature, such as ``"void(f8, u8[::1])"``.
        Arguments are numbers and C-contiguous arrays of numbers, results are nothing, a number or a tuple of them.

    Returns
    -------
    Module
        The same bytes for the same kernels.

    Raises
    ------
    RefusedError
        If a kernel cannot be compiled, or if it needs what differs between machines or is not there in a browser: the
        functions of the C library that round (exp, log, pow, sin, ...), objects of this process, typed dictionaries and
        lists, NumPy's random numbers.
    """
    target, manifest = context(), {}
    library = target.codegen().create_library("kernels")
    for name, (dispatcher, signature) in exports.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in (*HOST, "memory"):
            raise RefusedError(
                f"{name}: a name must be of lower-case letters, digits and underscores, and not reserved"
            )
        manifest[name] = export(target, library, name, _compiled(name, dispatcher, signature))
    add_helpers(target, library)
    library.finalize()
    module = llvm.parse_bitcode(library.bitcode())
    machine, layout = target.codegen().machine, target.codegen().layout
    _merge(module, (HERE / "runtime.ll").read_text("utf8"), layout)
    _optimise(module, machine, {*exports, *HOST})
    _refuse(module, exports)
    linked = link(machine.emit_object(module), [*exports, *HOST])
    late = {name for name in (*LATE, "__multi3") if name in linked.imports}
    if late:
        _add_late(module, target, late)
        linked = link(machine.emit_object(module), [*exports, *HOST])
    if linked.imports:
        raise RefusedError(f"the module needs {_listed(linked.imports)}, which is not there in a browser")
    words = {str(number): text for text, number in target.exceptions.items()}
    return Module(linked.wasm, {"kernels": manifest, "errors": words, "heap": linked.heap})


def _compiled(name, dispatcher, signature):
    arguments, _ = sigutils.normalize_signature(signature)
    try:
        with compiling():
            return compile_kernel(dispatcher, arguments)
    except errors.NumbaError as error:
        raise RefusedError(f"{name}: Numba cannot compile it for {signature}: {error}") from error


def _merge(module, text, layout):
    other = llvm.parse_assembly(text)
    other.data_layout = layout
    module.link_in(other)


def _add_late(module, target, names):
    """Add what the back end calls where it selects instructions, after all that the passes can see."""
    codegen = target.codegen()
    if "__multi3" in names:
        _merge(module, (HERE / "builtins.ll").read_text("utf8"), codegen.layout)
    kernels = {name: LATE[name] for name in sorted(names & LATE.keys())}
    if kernels:
        library = codegen.create_library("late helpers")
        add_helpers(target, library, kernels)
        library.finalize()
        other = llvm.parse_bitcode(library.bitcode())
        _merge(other, (HERE / "runtime.ll").read_text("utf8"), codegen.layout)
        _optimise(other, codegen.machine, set(kernels))
        module.link_in(other)


def _optimise(module, machine, kept):
    """Drop what no export reaches, and let LLVM do its best with the rest."""
    for function in module.functions:
        if not function.is_declaration:
            function.linkage = "external" if function.name in kept else "internal"
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = "internal"
    options = llvm.PipelineTuningOptions(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    passes = llvm.create_pass_builder(machine, options)
    for _ in range(2):  # the second round cleans what the first one inlined
        passes.getModulePassManager().run(module, passes)
    module.verify()


# Functions that LLVM has instructions for, or turns into loops of them.
INSTRUCTIONS = re.compile(
    r"llvm\.(sqrt|floor|ceil|trunc|fabs|rint|nearbyint|roundeven|copysign|minnum|maxnum|minimum|maximum|memset|memcpy|"
    r"memmove|ctlz|cttz|ctpop|bswap|fshl|fshr|[us](add|sub|mul)\.with\.overflow|[us](add|sub)\.sat|[us]?(min|max)|abs|"
    r"vector\.reduce|is\.fpclass|lifetime|assume|expect|experimental\.noalias|is\.constant|prefetch|trap|wasm|stacksave|stackrestore)\b"
)
ROUNDING = re.compile(r"llvm\.(\w+)\.(?:f\d+|v\d+f\d+)")


def _refuse(module, exports):
    """Raise if an export reaches what a browser lacks, or has in another form."""
    declared = {one.name for one in (*module.functions, *module.global_variables) if one.is_declaration}
    declared = {name for name in declared if not INSTRUCTIONS.match(name)}
    bodies, missing = _bodies(str(module)), {}
    for name in exports:
        for one in _reached(name, bodies) & declared:
            missing.setdefault(_what(one), []).append(name)
    if missing:
        reasons = "; ".join(f"{what} (in {_listed(who)})" for what, who in sorted(missing.items()))
        raise RefusedError(f"not in a browser, or not with the same bits everywhere: {reasons}")


def _what(name):
    """How a declaration that has no body is called in the message."""
    if name.startswith(HOST_OBJECT):
        return f"the object {name.removeprefix(HOST_OBJECT)} of this process"
    intrinsic = ROUNDING.match(name)
    return intrinsic[1] if intrinsic else name


def _bodies(text):
    """The text of each function that is defined in a module's text, by its name."""
    starts = [(match[1].strip('"'), match.end()) for match in DEFINED.finditer(text)]
    return {name: text[start : text.index("\n}", start)] for name, start in starts}


def _reached(name, bodies):
    """The names of all that a function leads to."""
    found, waiting = set(), [name]
    while waiting:
        for other in NAMED.findall(bodies[waiting.pop()]):
            other = other.strip('"')
            if other not in found:
                found.add(other)
                if other in bodies:
                    waiting.append(other)
    return found


def _listed(names):
    return ", ".join(sorted(set(names)))
