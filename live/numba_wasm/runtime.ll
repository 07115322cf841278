; What Numba's code asks of its run time, for a memory that is thrown away after each call.
;
; `reset` gives all memory back, `alloc` gives some: the host calls the first before each call of a kernel, and the
; second for its own arrays. A block is a power of two long, with a head of 16 bytes that holds the power; freed blocks
; wait in a list for each power.
target triple = "wasm32-unknown-unknown"

; Numba's MemInfo: reference count, destructor, its argument, data, size. See numba/core/runtime/nrt.h.
%meminfo = type { i64, ptr, ptr, ptr, i64 }

@top = internal global i32 0                       ; where the heap ends
@freed = internal global [32 x i32] zeroinitializer

declare i32 @llvm.wasm.memory.size.i32(i32)
declare i32 @llvm.wasm.memory.grow.i32(i32, i32)
declare i32 @llvm.ctlz.i32(i32, i1)
declare i32 @llvm.umax.i32(i32, i32)
declare void @llvm.memset.p0.i32(ptr, i8, i32, i1)
declare void @llvm.memcpy.p0.p0.i32(ptr, ptr, i32, i1)

define void @reset(i32 %heap) {
  store i32 %heap, ptr @top
  call void @llvm.memset.p0.i32(ptr @freed, i8 0, i32 128, i1 false)
  ret void
}

; A block of at least %n bytes, aligned to 16; null if there is no memory.
define ptr @alloc(i32 %n) noinline {
  %large = icmp ugt i32 %n, 2147483599
  br i1 %large, label %none, label %find
find:
  %with.head = add i32 %n, 16
  %least = call i32 @llvm.umax.i32(i32 %with.head, i32 32)
  %before = sub i32 %least, 1
  %zeros = call i32 @llvm.ctlz.i32(i32 %before, i1 true)
  %power = sub i32 32, %zeros
  %list = getelementptr i32, ptr @freed, i32 %power
  %first = load i32, ptr %list
  %some = icmp ne i32 %first, 0
  br i1 %some, label %reuse, label %extend
reuse:
  %first.block = inttoptr i32 %first to ptr
  %link = getelementptr i32, ptr %first.block, i32 1
  %next = load i32, ptr %link
  store i32 %next, ptr %list
  br label %found
extend:
  %place = load i32, ptr @top
  %size = shl i32 1, %power
  %end = add i32 %place, %size
  %wraps = icmp ult i32 %end, %place
  br i1 %wraps, label %none, label %fits
fits:
  %pages = call i32 @llvm.wasm.memory.size.i32(i32 0)
  %last = sub i32 %end, 1
  %last.page = lshr i32 %last, 16
  %needed = add i32 %last.page, 1
  %short = icmp ugt i32 %needed, %pages
  br i1 %short, label %grow, label %take
grow:
  %more = sub i32 %needed, %pages
  %grown = call i32 @llvm.wasm.memory.grow.i32(i32 0, i32 %more)
  %refused = icmp eq i32 %grown, -1
  br i1 %refused, label %none, label %take
take:
  store i32 %end, ptr @top
  br label %found
found:
  %block = phi i32 [ %first, %reuse ], [ %place, %take ]
  %head = inttoptr i32 %block to ptr
  store i32 %power, ptr %head
  %payload = getelementptr i8, ptr %head, i32 16
  ret ptr %payload
none:
  ret ptr null
}

define ptr @NRT_Allocate(i64 %n) {
  %large = icmp ugt i64 %n, 2147483599
  %short = trunc i64 %n to i32
  %size = select i1 %large, i32 -1, i32 %short
  %block = call ptr @alloc(i32 %size)
  ret ptr %block
}

define void @NRT_Free(ptr %payload) noinline {
  %null = icmp eq ptr %payload, null
  br i1 %null, label %done, label %keep
keep:
  %head = getelementptr i8, ptr %payload, i32 -16
  %power = load i32, ptr %head
  %list = getelementptr i32, ptr @freed, i32 %power
  %first = load i32, ptr %list
  %link = getelementptr i32, ptr %head, i32 1
  store i32 %first, ptr %link
  %block = ptrtoint ptr %head to i32
  store i32 %block, ptr %list
  br label %done
done:
  ret void
}

; A block for data behind a MemInfo with one reference: what an array of NumPy holds.
define ptr @NRT_MemInfo_alloc_aligned(i64 %n, i32 %align) {
  %with.info = add i64 %n, 48
  %wraps = icmp ult i64 %with.info, %n
  %size = select i1 %wraps, i64 -1, i64 %with.info
  %info = call ptr @NRT_Allocate(i64 %size)
  %null = icmp eq ptr %info, null
  br i1 %null, label %done, label %fill
fill:
  %data = getelementptr i8, ptr %info, i32 48
  store i64 1, ptr %info
  %destructor = getelementptr %meminfo, ptr %info, i32 0, i32 1
  store ptr null, ptr %destructor
  %argument = getelementptr %meminfo, ptr %info, i32 0, i32 2
  store ptr null, ptr %argument
  %data.field = getelementptr %meminfo, ptr %info, i32 0, i32 3
  store ptr %data, ptr %data.field
  %size.field = getelementptr %meminfo, ptr %info, i32 0, i32 4
  store i64 %n, ptr %size.field
  br label %done
done:
  ret ptr %info
}

define ptr @NRT_MemInfo_alloc(i64 %n) {
  %info = call ptr @NRT_MemInfo_alloc_aligned(i64 %n, i32 16)
  ret ptr %info
}

; A MemInfo whose data lie elsewhere and may grow: what a list or set holds. Destructors are never called: they would
; drop what the items refer to, and all memory is given back at the next `reset` anyway.
define ptr @NRT_MemInfo_new_varsize_dtor(i64 %n, ptr %destructor) {
  %data = call ptr @NRT_Allocate(i64 %n)
  %null = icmp eq ptr %data, null
  br i1 %null, label %none, label %more
more:
  %info = call ptr @NRT_MemInfo_alloc_aligned(i64 0, i32 16)
  %null.info = icmp eq ptr %info, null
  br i1 %null.info, label %none, label %fill
fill:
  %data.field = getelementptr %meminfo, ptr %info, i32 0, i32 3
  store ptr %data, ptr %data.field
  %size.field = getelementptr %meminfo, ptr %info, i32 0, i32 4
  store i64 %n, ptr %size.field
  ret ptr %info
none:
  ret ptr null
}

define ptr @NRT_MemInfo_new_varsize(i64 %n) {
  %info = call ptr @NRT_MemInfo_new_varsize_dtor(i64 %n, ptr null)
  ret ptr %info
}

define ptr @NRT_MemInfo_varsize_alloc(ptr %info, i64 %n) {
  %data = call ptr @NRT_Allocate(i64 %n)
  %data.field = getelementptr %meminfo, ptr %info, i32 0, i32 3
  store ptr %data, ptr %data.field
  %size.field = getelementptr %meminfo, ptr %info, i32 0, i32 4
  store i64 %n, ptr %size.field
  ret ptr %data
}

define ptr @NRT_MemInfo_varsize_realloc(ptr %info, i64 %n) {
  %data.field = getelementptr %meminfo, ptr %info, i32 0, i32 3
  %size.field = getelementptr %meminfo, ptr %info, i32 0, i32 4
  %old = load ptr, ptr %data.field
  %old.size = load i64, ptr %size.field
  %new = call ptr @NRT_Allocate(i64 %n)
  %null = icmp eq ptr %new, null
  br i1 %null, label %done, label %move
move:
  %shorter = icmp ult i64 %old.size, %n
  %kept = select i1 %shorter, i64 %old.size, i64 %n
  %length = trunc i64 %kept to i32
  call void @llvm.memcpy.p0.p0.i32(ptr %new, ptr %old, i32 %length, i1 false)
  call void @NRT_Free(ptr %old)
  store ptr %new, ptr %data.field
  store i64 %n, ptr %size.field
  br label %done
done:
  ret ptr %new
}

define void @NRT_MemInfo_varsize_free(ptr %info, ptr %data) {
  %data.field = getelementptr %meminfo, ptr %info, i32 0, i32 3
  %own = load ptr, ptr %data.field
  %same = icmp eq ptr %own, %data
  br i1 %same, label %forget, label %free
forget:
  store ptr null, ptr %data.field
  br label %free
free:
  call void @NRT_Free(ptr %data)
  ret void
}

; The last reference is gone.
define void @NRT_MemInfo_call_dtor(ptr %info) noinline {
  %data.field = getelementptr %meminfo, ptr %info, i32 0, i32 3
  %data = load ptr, ptr %data.field
  %behind = getelementptr i8, ptr %info, i32 48
  %same = icmp eq ptr %data, %behind
  br i1 %same, label %free, label %elsewhere
elsewhere:
  call void @NRT_Free(ptr %data)
  br label %free
free:
  call void @NRT_Free(ptr %info)
  ret void
}

; Functions of the C library that are exact, so that every platform's are alike; in WebAssembly they are instructions.
declare double @llvm.sqrt.f64(double)
define double @sqrt(double %x) {
  %y = call double @llvm.sqrt.f64(double %x)
  ret double %y
}
declare double @llvm.floor.f64(double)
define double @floor(double %x) {
  %y = call double @llvm.floor.f64(double %x)
  ret double %y
}
declare double @llvm.ceil.f64(double)
define double @ceil(double %x) {
  %y = call double @llvm.ceil.f64(double %x)
  ret double %y
}
declare double @llvm.trunc.f64(double)
define double @trunc(double %x) {
  %y = call double @llvm.trunc.f64(double %x)
  ret double %y
}
declare double @llvm.fabs.f64(double)
define double @fabs(double %x) {
  %y = call double @llvm.fabs.f64(double %x)
  ret double %y
}
declare double @llvm.rint.f64(double)
define double @rint(double %x) {
  %y = call double @llvm.rint.f64(double %x)
  ret double %y
}
