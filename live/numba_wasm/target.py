"""A target of Numba's compiler that lowers to 32-bit WebAssembly.

The text of a kernel that was compiled for this machine cannot be retargeted: it holds the machine's pointers, struct
layouts and vector instructions. So a kernel is compiled a second time, from its Python source, by a target that
inherits what Numba's CPU target knows about types and functions, and differs in where code goes: LLVM's wasm32 back
end, from the first step of lowering on.

This is Numba's target-extension API (`numba.core.target_extension`) and, below it, classes of Numba that are not
public. The tests of equality are the alarm: they fail if an update of Numba changes what is relied on here.
"""

from functools import cached_property

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import callconv, cgutils, codegen, cpu, types, typing
from numba.core.compiler_lock import global_compiler_lock
from numba.core.descriptors import TargetDescriptor
from numba.core.dispatcher import Dispatcher
from numba.core.runtime import nrtdynmod, rtsys
from numba.core.target_extension import (
    CPU,
    JitDecorator,
    dispatcher_registry,
    jit_registry,
    target_override,
    target_registry,
)

__all__ = ["HOST_OBJECT", "compile_kernel", "compiling", "context"]

TRIPLE = "wasm32-unknown-unknown"
# The conversion of a float to an integer: WebAssembly's saturates, which LLVM may use where it is enabled. Without it
# NaN and what does not fit give the least integer, as on x86.
FEATURES = "+simd128,+bulk-memory,+bulk-memory-opt,+sign-ext,+mutable-globals,-nontrapping-fptoint"
HOST_OBJECT = "host object "
# What a kernel's decorator may say about native code and not about this.
NATIVE_ONLY = {"parallel", "nogil", "cache", "pipeline_class"}


class Wasm(CPU):
    """The name of the target; what is implemented for the CPU applies to it."""


target_registry["wasm"] = Wasm


class WasmLibrary(codegen.CPUCodeLibrary):
    """Code that is kept as LLVM's intermediate code: nothing is executed on this machine."""

    def _finalize_specific(self):
        pass

    def bitcode(self):
        self._ensure_finalized()
        return self._final_module.as_bitcode()


class WasmCodegen(codegen.CPUCodegen):
    _library_class = WasmLibrary

    def _init(self, llvm_module):
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        self._tm_features = FEATURES
        self._tm = llvm.Target.from_triple(TRIPLE).create_target_machine(
            opt=3, features=FEATURES, reloc="static", codemodel="default"
        )
        self._target_data = self._tm.target_data
        self._data_layout = str(self._target_data)
        self._loopvect, self._opt_level = False, 0  # the whole module is optimised once, at the end
        self._engine = None

    @property
    def machine(self):
        """LLVM's target machine."""
        return self._tm

    @property
    def layout(self):
        return self._data_layout

    def _create_empty_module(self, name):
        module = ir.Module(cgutils.normalize_ir_text(name))
        module.triple = TRIPLE
        if self._data_layout:
            module.data_layout = self._data_layout
        return module

    def _customize_tm_options(self, options):
        pass

    def _customize_tm_features(self):
        return FEATURES

    def _add_module(self, module):
        pass

    def _get_host_cpu_name(self):
        return "generic"


class WasmCallConv(callconv.CPUCallConv):
    """The convention of the CPU, but an exception is a number, whose words the context keeps."""

    def set_static_user_exc(self, builder, exc, exc_args=None, loc=None, func_name=None):
        words = "" if exc is None else exc.__name__
        if exc_args:
            words += ": " + " ".join(map(str, exc_args))
        number = self.context.exceptions.setdefault(words, len(self.context.exceptions) + 1)
        place = self._get_excinfo_argument(builder.function)
        stored = builder.store(ir.Constant(cgutils.intp_t, number).inttoptr(place.type.pointee), place)
        stored.set_metadata("numba_exception_output", builder.module.add_metadata([ir.IntType(1)(1)]))

    def set_dynamic_user_exc(self, builder, exc, exc_args, nb_types, loc=None, func_name=None):
        shown = tuple("…" if isinstance(arg, ir.Value) else arg for arg in exc_args)
        self.set_static_user_exc(builder, exc, shown, loc, func_name)


class WasmContext(cpu.CPUContext):
    allow_dynamic_globals = False  # the address of an object of this process means nothing elsewhere

    @global_compiler_lock
    def init(self):
        self.is32bit = False  # 64-bit integers are native; only pointers are short
        self.exceptions = {}
        self._internal_codegen = WasmCodegen("numba.wasm")

    def load_additional_registries(self):
        # Loading them starts Numba's run time for the CPU, whose symbols this context does not want.
        kept = rtsys.__dict__.get("initialize")
        rtsys.initialize = lambda context: None
        try:
            super().load_additional_registries()
        finally:
            del rtsys.initialize
            if kept is not None:
                rtsys.initialize = kept

    @cached_property
    def call_conv(self):
        return WasmCallConv(self)

    @cached_property
    def nrt_library(self):
        return nrtdynmod.compile_nrt_functions(self)

    def post_lowering(self, module, library):
        if self.fastmath:
            from numba.core import fastmathpass

            fastmathpass.rewrite_module(module, self.fastmath)
        library.add_linking_library(self.nrt_library)

    def create_cpython_wrapper(self, *arguments, **options):
        pass

    def create_cfunc_wrapper(self, *arguments, **options):
        pass

    def add_dynamic_addr(self, builder, intaddr, info):
        # Harmless if nothing reads it, as of a dispatcher that is a constant; otherwise the symbol stays undefined,
        # and the module is refused.
        name = HOST_OBJECT + cgutils.normalize_ir_text(str(info))
        known = builder.module.globals
        variable = known[name] if name in known else ir.GlobalVariable(builder.module, ir.IntType(8), name)
        return builder.bitcast(variable, self.get_value_type(types.voidptr))

    def get_executable(self, library, fndesc, env):
        return lambda *arguments: None  # a key of its own for each kernel


class WasmTyping(typing.Context):
    """A kernel that calls another one calls its WebAssembly."""

    def resolve_value_type(self, value):
        if isinstance(value, Dispatcher) and not isinstance(value, WasmDispatcher):
            value = WasmDispatcher.of(value)
        return super().resolve_value_type(value)


class WasmTarget(TargetDescriptor):
    options = cpu.CPUTargetOptions

    @cached_property
    def target_context(self):
        return WasmContext(self.typing_context, self._target_name)

    @cached_property
    def typing_context(self):
        return WasmTyping()


class WasmDispatcher(Dispatcher):
    targetdescr = WasmTarget("wasm")
    _twins = {}

    @classmethod
    def of(cls, dispatcher):
        """The twin of a kernel that was compiled, or will be, for the CPU."""
        if dispatcher not in cls._twins:
            options = {name: value for name, value in dispatcher.targetoptions.items() if name not in NATIVE_ONLY}
            cls._twins[dispatcher] = cls(dispatcher.py_func, targetoptions=options)
        return cls._twins[dispatcher]

    def add_overload(self, compiled):
        self.overloads[tuple(compiled.signature.args)] = compiled

    def compile(self, signature):
        with target_override("wasm"):
            return super().compile(signature)


dispatcher_registry[Wasm] = WasmDispatcher


class WasmJit(JitDecorator):
    """What `jit` means inside of Numba's own implementations while they are compiled for this target."""

    def __init__(self, *arguments, **options):
        self._arguments = arguments
        self._options = {name: value for name, value in options.items() if name not in NATIVE_ONLY | {"target"}}

    def __call__(self, *arguments):
        function = (arguments or self._arguments)[0]
        return WasmDispatcher(function, targetoptions={"nopython": True} | self._options)


jit_registry[Wasm] = WasmJit


def compiling():
    """A context in which Numba compiles for this target."""
    return target_override("wasm")


def context():
    """The target's context, one for the process, as Numba wants it."""
    return WasmDispatcher.targetdescr.target_context


def compile_kernel(dispatcher, arguments):
    """Compile a kernel of the CPU, or a plain function, for a tuple of Numba types: the result of Numba's compiler."""
    twin = WasmDispatcher.of(dispatcher) if isinstance(dispatcher, Dispatcher) else WasmJit()(dispatcher)
    twin.compile(arguments)
    return twin.overloads[arguments]
