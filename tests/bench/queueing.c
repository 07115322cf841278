/* The twin of the FCFS simulator for exponential times: xoshiro256++, ziggurat, Lindley's recursion or a binary heap of
 * the times at which servers fall free, sums per batch and two histograms in place. Same algorithm, same draws, plain C.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const double *width, *height;
    const int64_t *limit;
    double tail;
} ziggurat;

typedef struct {
    double scale, first;
    int64_t slots;
} bins;

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

static inline double exponential(uint64_t s[4], const ziggurat *z) {
    double shift = 0.0;
    for (;;) {
        uint64_t bits = next(s);
        int layer = bits & 255;
        int64_t position = (int64_t)(bits >> 11) | 1;
        double x = position * z->width[layer];
        if (position < z->limit[layer]) return shift + x;
        if (layer == 0) {
            shift += z->tail;
        } else {
            double u = (int64_t)(next(s) >> 11) * 0x1p-53, foot = z->height[layer];
            if (foot + u * (z->height[layer + 1] - foot) < exp(-x)) return shift + x;
        }
    }
}

static inline void record(int64_t *counts, const bins *h, double value) {
    if (!(value > 0.0)) {
        counts[value == 0.0 ? 1 : 0]++;
        return;
    }
    int64_t bits;
    memcpy(&bits, &value, 8);
    int64_t exponent = (bits >> 52) - 1023;
    bits = (bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000;
    double s;
    memcpy(&s, &bits, 8);
    s -= 1.0;
    double position = ceil((exponent + (((6.0 / 35) * s - 3.0 / 5) * s + 10.0 / 7) * s) * h->scale) - h->first;
    if (position < 0.0)
        counts[2]++;
    else if (position >= h->slots - 4)
        counts[h->slots - 1]++;
    else
        counts[3 + (int64_t)position]++;
}

/* The least of heap[0..size) becomes `key`, which sinks to its place. */
static inline void replace_least(double *heap, int64_t size, double key) {
    int64_t hole = 0, child = 1;
    while (child < size) {
        if (child + 1 < size) child += heap[child + 1] < heap[child];
        if (heap[child] >= key) break;
        heap[hole] = heap[child];
        hole = child;
        child = 2 * hole + 1;
    }
    heap[hole] = key;
}

void simulate(int64_t servers, int64_t batches, int64_t size, double arrival_mean, double service_mean,
              uint64_t *arrivals, uint64_t *services, const double *width, const int64_t *limit, const double *height,
              double tail, double scale, double first, int64_t slots, double *free, double *sums, int64_t *wait_counts,
              int64_t *response_counts) {
    ziggurat z = {width, height, limit, tail};
    bins h = {scale, first, slots};
    double wait = 0.0, clock = 0.0;
    uint64_t a[4], b[4];
    memcpy(a, arrivals, sizeof a);
    memcpy(b, services, sizeof b);
    for (int64_t batch = 0; batch < batches; batch++) {
        double waits = 0.0, work = 0.0, elapsed = 0.0;
        for (int64_t i = 0; i < size; i++) {
            double gap = arrival_mean * exponential(a, &z), service = service_mean * exponential(b, &z);
            clock += gap;
            if (servers == 1) {
                wait = wait > gap ? wait - gap : 0.0;
            } else {
                wait = free[0] > clock ? free[0] - clock : 0.0;
                replace_least(free, servers, clock + wait + service);
            }
            waits += wait;
            work += service;
            elapsed += gap;
            record(wait_counts + batch * slots, &h, wait);
            record(response_counts + batch * slots, &h, wait + service);
            if (servers == 1) wait += service;
        }
        sums[3 * batch] = waits;
        sums[3 * batch + 1] = work;
        sums[3 * batch + 2] = elapsed;
    }
    memcpy(arrivals, a, sizeof a);
    memcpy(services, b, sizeof b);
}

/* Erlang's C by the reciprocal recursion, begun 12 sqrt(load) + 40 servers below the load. */
double erlang_c(int64_t servers, double load) {
    double begin = fmax(0.0, fmin((double)servers, load) - 12.0 * sqrt(load) - 40.0);
    int64_t start = (int64_t)begin;
    double y = load / (load - start);
    for (int64_t k = start + 1; k <= servers && y < INFINITY; k++) y = 1.0 + k / load * y;
    return servers / (load + (servers - load) * y);
}
