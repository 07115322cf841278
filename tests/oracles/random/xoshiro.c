/* xoshiro256++ seeded by SplitMix64, with jumps by polynomial: an independent program whose lines a test reads.
   usage: xoshiro SEED N   prints N outputs, then N after a jump, then N after a long jump, in hexadecimal. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t w[4];

static uint64_t left(uint64_t x, unsigned k) { return x << k | x >> (64 - k); }

static uint64_t draw(void) {
    const uint64_t out = left(w[0] + w[3], 23) + w[0];
    const uint64_t shifted = w[1] << 17;
    w[2] ^= w[0];
    w[3] ^= w[1];
    w[1] ^= w[2];
    w[0] ^= w[3];
    w[2] ^= shifted;
    w[3] = left(w[3], 45);
    return out;
}

static void leap(const uint64_t *polynomial) {
    uint64_t sum[4] = {0, 0, 0, 0};
    for (int i = 0; i < 256; i++) {
        if (polynomial[i / 64] >> (i % 64) & 1)
            for (int j = 0; j < 4; j++) sum[j] ^= w[j];
        draw();
    }
    for (int j = 0; j < 4; j++) w[j] = sum[j];
}

static void show(int n) {
    while (n-- > 0) printf("%016" PRIx64 "\n", draw());
}

int main(int argc, char **argv) {
    static const uint64_t near[4] = {0x180ec6d33cfd0aba, 0xd5a61266f0c9392c, 0xa9582618e03fc9aa, 0x39abdc4529b1661c};
    static const uint64_t far[4] = {0x76e15d3efefdcbbf, 0xc5004e441c522fb3, 0x77710069854ee241, 0x39109bb02acbe635};
    if (argc != 3) return 2;
    uint64_t x = strtoull(argv[1], NULL, 10);
    const int n = atoi(argv[2]);
    for (int j = 0; j < 4; j++) {
        uint64_t z = x += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        w[j] = z ^ z >> 31;
    }
    show(n);
    leap(near);
    show(n);
    leap(far);
    show(n);
    return 0;
}
