/* Twins of the percolation and the gossip kernel: xoshiro256++, Lemire's bounded draw, the same forest, the same order. */
#include <stdint.h>

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t next(uint64_t s[4]) {
    uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

static inline int64_t bounded(uint64_t s[4], uint64_t n) {
    __uint128_t product = (__uint128_t)next(s) * n;
    if ((uint64_t)product < n) {
        uint64_t threshold = -n % n;
        while ((uint64_t)product < threshold) product = (__uint128_t)next(s) * n;
    }
    return product >> 64;
}

static inline int64_t root(int32_t *tree, int64_t node) {
    while (tree[node] >= 0) {
        int32_t parent = tree[node];
        if (tree[parent] >= 0) tree[node] = tree[parent];
        node = parent;
    }
    return node;
}

int64_t unite_random(uint64_t s[restrict 4], int64_t links, int32_t *restrict tree, int64_t nodes) {
    int64_t largest = 1;
    for (int64_t i = 0; i < links; i++) {
        int64_t first = bounded(s, nodes), second = bounded(s, nodes - 1);
        second += second >= first;
        first = root(tree, first);
        second = root(tree, second);
        if (first == second) continue;
        if (tree[first] > tree[second]) {
            int64_t other = first;
            first = second;
            second = other;
        }
        tree[first] += tree[second];
        tree[second] = first;
        if (-tree[first] > largest) largest = -tree[first];
    }
    return largest;
}

int64_t push_round(uint64_t s[restrict 4], int64_t count, uint8_t *restrict knows, int64_t nodes, int32_t *restrict informed) {
    int64_t after = count;
    for (int64_t i = 0; i < count; i++) {
        int64_t target = bounded(s, nodes - 1);
        target += target >= informed[i];
        /* Without a branch, which would be mispredicted every other time; `informed` has one place to spare. */
        informed[after] = target;
        after += !knows[target];
        knows[target] = 1;
    }
    return after;
}
