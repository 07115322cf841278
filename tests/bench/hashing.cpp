/* Twins of the placements, one key at a time as their papers put them: the same words, the same tables, the same nodes.
   The ring and the intervals are searched by std::lower_bound and std::upper_bound. */
#include <algorithm>
#include <cmath>
#include <cstdint>

typedef uint64_t u64;
typedef uint32_t u32;
typedef int32_t i32;

static const u64 GOLDEN = 0x9E3779B97F4A7C15u;

static inline u64 mix(u64 z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline u64 scale(u64 h, u64 n) { return (u64)(((__uint128_t)h * n) >> 64); }

static inline u64 smear(u64 x) { return x ? ~0ull >> __builtin_clzll(x) : 0; }

#define EACH extern "C" void
#define KEYS const u64 *keys, int64_t n, i32 *out
#define LOOP for (int64_t i = 0; i < n; i++)

EACH modulo(KEYS, u64 nodes) { LOOP out[i] = mix(keys[i] + GOLDEN) % nodes; }

EACH fast_range(KEYS, u64 nodes) { LOOP out[i] = scale(mix(keys[i] + GOLDEN), nodes); }

EACH table(KEYS, const i32 *entries, u64 size) { LOOP out[i] = entries[scale(mix(keys[i] + GOLDEN), size)]; }

static inline i32 jump_one(u64 key, i32 buckets) {
    int64_t b = -1, j = 0;
    while (j < buckets) {
        b = j;
        key = key * 2862933555777941757ull + 1;
        j = (b + 1) * (double(1ll << 31) / double((key >> 33) + 1));
    }
    return b;
}

EACH jump(KEYS, i32 buckets) { LOOP out[i] = jump_one(keys[i], buckets); }

EACH ring(KEYS, const u64 *points, const i32 *owners, int64_t count) {
    LOOP out[i] = owners[std::lower_bound(points, points + count, mix(keys[i] + GOLDEN)) - points];
}

EACH ranges(KEYS, const u64 *starts, const i32 *owners, int64_t count) {
    LOOP out[i] = owners[std::upper_bound(starts, starts + count, keys[i]) - starts - 1];
}

EACH rendezvous(KEYS, const u32 *node_high, const u32 *node_low, const i32 *labels, int64_t nodes) {
    LOOP {
        u64 h = mix(keys[i] + GOLDEN);
        u32 high = h >> 32, low = h, best = 0;
        int64_t where = 0;
        for (int64_t k = 0; k < nodes; k++) {
            u32 x = (high ^ node_high[k]) * 0x85EBCA6Bu;
            x = (x ^ (x >> 15)) + (low ^ node_low[k]);
            x = (x ^ (x >> 16)) * 0xC2B2AE35u;
            x ^= x >> 14;
            if (x > best) best = x, where = k;
        }
        out[i] = labels[where];
    }
}

EACH rendezvous_weighted(KEYS, const u64 *hashes, const double *weights, const i32 *labels, int64_t nodes) {
    LOOP {
        u64 h = mix(keys[i] + GOLDEN);
        double best = INFINITY;
        int64_t where = 0;
        for (int64_t k = 0; k < nodes; k++) {
            double time = -std::log(((double)(mix(h ^ hashes[k]) >> 11) + 0.5) * 0x1p-53) / weights[k];
            if (time < best) best = time, where = k;
        }
        out[i] = labels[where];
    }
}

EACH skeleton(KEYS, const double *lefts, u64 seed, int64_t depth) {
    LOOP {
        u64 h = mix(keys[i] + GOLDEN) ^ seed, at = 1;
        for (int64_t level = 0; level < depth; level++) {
            u64 inner = (u64)(depth - level) << 32 | (at - (1ull << level));
            at = 2 * at + !((double)(mix(h + GOLDEN * inner) >> 11) < lefts[at]);
        }
        out[i] = at - (1ull << depth);
    }
}

static inline u64 successor(u64 h, const u64 *points, const u32 *first, u64 shift) {
    u64 at = first[h >> shift];
    while (points[at] < h) at++;
    return at;
}

EACH multi_probe(KEYS, const u64 *points, const i32 *owners, const u32 *first, u64 shift, u64 count, int64_t probes) {
    LOOP {
        u64 state = keys[i], nearest = ~0ull;
        i32 where = owners[0];
        for (int64_t p = 0; p < probes; p++) {
            u64 h = mix(state += GOLDEN), at = successor(h, points, first, shift);
            u64 distance = points[at < count ? at : 0] - h;
            if (distance < nearest) nearest = distance, where = owners[at];
        }
        out[i] = where;
    }
}

EACH bounded_loads(KEYS, const u64 *points, const u32 *places, const u32 *first, u64 shift, u64 last, int64_t *room,
                   const int64_t *labels) {
    LOOP {
        u64 at = successor(mix(keys[i] + GOLDEN), points, first, shift);
        while (room[places[at]] == 0) at = at < last ? at + 1 : 0;
        room[places[at]]--;
        out[i] = labels[places[at]];
    }
}

EACH anchor(KEYS, const u32 *left, const u32 *next, u64 capacity) {
    LOOP {
        u64 state = keys[i] + GOLDEN, place = scale(mix(state), capacity);
        while (left[place]) {
            u64 view = left[place];
            place = scale(mix(state += GOLDEN), view);
            while (left[place] >= view) place = next[place];
        }
        out[i] = place;
    }
}

EACH dx(KEYS, const u64 *working, u64 shift) {
    LOOP {
        u64 state = keys[i] + GOLDEN, place = mix(state) >> shift;
        while (!(working[place >> 6] >> (place & 63) & 1)) place = mix(state += GOLDEN) >> shift;
        out[i] = place;
    }
}

static inline u64 remembered(const u64 *entries, u64 last, u64 place) {
    u64 at = (place * GOLDEN >> 32) & last;
    while (entries[at] != ~0ull) {
        if (entries[at] >> 32 == place) return (u32)entries[at];
        at = (at + 1) & last;
    }
    return 0;
}

EACH memento(KEYS, i32 total, const u64 *entries, u64 size) {
    LOOP {
        u64 place = jump_one(keys[i], total), view = remembered(entries, size - 1, place);
        while (view) {
            place = scale(mix(keys[i] ^ mix(place + GOLDEN)), view);
            u64 after = remembered(entries, size - 1, place);
            while (after >= view) {
                place = after;
                after = remembered(entries, size - 1, place);
            }
            view = after;
        }
        out[i] = place;
    }
}

static inline u64 jump_back(u64 &state, u64 buckets) {
    if (buckets <= 1) return 0;
    u64 word = mix(state);
    u32 ranges = (u32)(word ^ (word >> 32)) & (u32)smear(buckets - 1);
    while (ranges) {
        u64 first = 1ull << (31 - __builtin_clz(ranges));
        u64 bucket = first + ((word >> ((__builtin_popcount(ranges) & 1) << 5)) & (first - 1));
        if (bucket < buckets) return bucket;
        u64 upper = 2 * first - 1;
        for (;;) {
            u64 more = mix(state += GOLDEN);
            bucket = more & upper;
            if (bucket < first) break;
            if (bucket < buckets) return bucket;
            bucket = (more >> 32) & upper;
            if (bucket < first) break;
            if (bucket < buckets) return bucket;
        }
        ranges ^= (u32)first;
    }
    return 0;
}

EACH jumpback(KEYS, u64 buckets) {
    LOOP {
        u64 state = keys[i] + GOLDEN;
        out[i] = jump_back(state, buckets);
    }
}

EACH jumpback_anchor(KEYS, u64 total, const u32 *left, const u32 *next, u64 stored) {
    LOOP {
        u64 state = keys[i] + GOLDEN, place = jump_back(state, total);
        while (place < stored && left[place]) {
            u64 view = left[place], product = (u32)mix(state += GOLDEN) * view;
            if ((u32)product < view)
                for (u64 threshold = (1ull << 32) % view; (u32)product < threshold;)
                    product = (u32)mix(state += GOLDEN) * view;
            place = product >> 32;
            while (place < stored && left[place] >= view) place = next[place];
        }
        out[i] = place;
    }
}

static inline u64 again(u64 h, u64 seed) {
    h = 2862933555777941757ull * h + 1;
    return (h * h * seed) >> 32;
}

static inline u64 within_level(u64 bucket, u64 h) {
    if (bucket < 2) return bucket;
    u64 rest = smear(bucket) >> 1;
    return rest + 1 + (again(h, rest) & rest);
}

EACH binomial(KEYS, u64 buckets) {
    u64 tree = smear(buckets - 1), lower = tree >> 1;
    LOOP {
        u64 first = mix(keys[i] + GOLDEN), h = first, bucket = within_level(first & tree, first);
        for (int round = 0; bucket >= buckets; round++) {
            h = again(h, tree);
            if (round < 4) bucket = within_level(h & tree, h);
            if (round == 4 || bucket <= lower) bucket = within_level(first & lower, first);
        }
        out[i] = bucket;
    }
}

static inline u64 of_power(u64 h, u64 mask) {
    u64 masked = h & mask;
    if (!masked) return 0;
    u64 rest = smear(masked) >> 1;
    return rest + 1 + (mix(h + GOLDEN * (rest + 1)) & rest);
}

EACH power(KEYS, u64 buckets) {
    u64 mask = smear(buckets - 1), half = mask >> 1;
    LOOP {
        u64 h = mix(keys[i] + GOLDEN), bucket = of_power(h, mask);
        if (bucket >= buckets) {
            u64 state = h;
            double here = half, there;
            for (;;) {
                state = state * 2862933555777941757ull + 1;
                there = std::floor((here + 1) * (2147483648.0 / ((double)(state >> 33) + 1)));
                if (there >= buckets) break;
                here = there;
            }
            bucket = here > half ? (u64)here : of_power(h, half);
        }
        out[i] = bucket;
    }
}

static inline u64 flip_hash(u64 k, u64 level, u64 draw) {
    k *= 2 * level + 1;
    k = (k ^ (k >> 27)) * 0x3C79AC492BA7B653u;
    k *= 2 * draw + 1;
    k = (k ^ (k >> 33)) * 0x1C69B3F74AC4AE35u;
    return k ^ (k >> 27);
}

static inline u64 flip_power(u64 key, u64 h, u64 mask) {
    u64 masked = h & mask;
    if (!masked) return 0;
    u64 level = 63 - __builtin_clzll(masked);
    return masked ^ (flip_hash(key, level, 0) & ((1ull << level) - 1));
}

EACH flip(KEYS, u64 buckets) {
    u64 last = buckets - 1, mask = smear(last), level = 63 - __builtin_clzll(last);
    LOOP {
        u64 key = keys[i], h = flip_hash(key, 0, 0), bucket = flip_power(key, h, mask);
        if (bucket > last) {
            u64 draw = 1;
            for (; draw <= 64; draw++) {
                bucket = flip_hash(key, level, draw) & mask;
                if (bucket <= mask >> 1 || bucket <= last) break;
            }
            if (bucket <= mask >> 1 || bucket > last) bucket = flip_power(key, h, mask >> 1);
        }
        out[i] = bucket;
    }
}

#define MIXED(a, b, c)                                      \
    do {                                                    \
        a = (a - b - c) ^ (c >> 13);                        \
        b = (b - c - a) ^ (a << 8);                         \
        c = (c - a - b) ^ (b >> 13);                        \
        a = (a - b - c) ^ (c >> 12);                        \
        b = (b - c - a) ^ (a << 16);                        \
        c = (c - a - b) ^ (b >> 5);                         \
        a = (a - b - c) ^ (c >> 3);                         \
        b = (b - c - a) ^ (a << 10);                        \
        c = (c - a - b) ^ (b >> 15);                        \
    } while (0)

EACH straw2(KEYS, const u32 *items, const double *weights, const double *logarithms, int64_t nodes) {
    LOOP {
        u32 key = mix(keys[i] + GOLDEN);
        int64_t longest = INT64_MIN, where = 0;
        for (int64_t k = 0; k < nodes; k++) {
            u32 a = key, b = items[k], c = 0, h = 1315423911u ^ a ^ b ^ c, x = 231232, y = 1232;
            MIXED(a, b, h);
            MIXED(c, x, h);
            MIXED(y, a, h);
            MIXED(b, x, h);
            MIXED(y, c, h);
            int64_t straw = (int64_t)logarithms[h & 0xFFFF] / (int64_t)weights[k];
            if (straw > longest) longest = straw, where = k;
        }
        out[i] = items[where];
    }
}
