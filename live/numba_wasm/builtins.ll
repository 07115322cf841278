; The one routine of a compiler's run-time library that Numba's code needs: the product of two 128-bit integers, which
; LLVM makes out of 64-bit divisions by constants and out of sums of ranges.
target triple = "wasm32-unknown-unknown"

; The product modulo 2^128, from the four products of the halves of the low words.
define void @__multi3(ptr %out, i64 %a.low, i64 %a.high, i64 %b.low, i64 %b.high) {
  %a0 = and i64 %a.low, 4294967295
  %a1 = lshr i64 %a.low, 32
  %b0 = and i64 %b.low, 4294967295
  %b1 = lshr i64 %b.low, 32
  %p00 = mul i64 %a0, %b0
  %p10 = mul i64 %a1, %b0
  %p01 = mul i64 %a0, %b1
  %p11 = mul i64 %a1, %b1
  %carry = lshr i64 %p00, 32
  %middle = add i64 %p10, %carry                   ; no overflow: (2^32 - 1)^2 + 2^32 - 1 < 2^64
  %middle.low = and i64 %middle, 4294967295
  %middle.high = lshr i64 %middle, 32
  %other = add i64 %p01, %middle.low
  %other.high = lshr i64 %other, 32
  %low = mul i64 %a.low, %b.low
  %sum = add i64 %p11, %middle.high
  %upper = add i64 %sum, %other.high
  %cross = mul i64 %a.high, %b.low
  %cross2 = mul i64 %a.low, %b.high
  %upper2 = add i64 %upper, %cross
  %high = add i64 %upper2, %cross2
  store i64 %low, ptr %out, align 8
  %second = getelementptr i64, ptr %out, i32 1
  store i64 %high, ptr %second, align 8
  ret void
}
