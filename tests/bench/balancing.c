/* The twin of the simulator of servers with a queue each and d sampled queues: xoshiro256++, ziggurat, lists of the
 * departures to come, sums per batch and two histograms in place. Same algorithm, same draws, plain C.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
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

static inline int64_t bounded(uint64_t s[4], uint64_t bound) {
    unsigned __int128 product = (unsigned __int128)next(s) * bound;
    if ((uint64_t)product < bound) {
        uint64_t threshold = -bound % bound;
        while ((uint64_t)product < threshold) product = (unsigned __int128)next(s) * bound;
    }
    return product >> 64;
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

/* `next_node` and `times` have room for all who are ever inside. */
void simulate(int64_t servers, int64_t choices, int64_t batches, int64_t size, double arrival_mean, double service_mean,
              uint64_t *arrivals, uint64_t *services, uint64_t *coins, const double *width, const int64_t *limit,
              const double *height, double tail, double scale, double first, int64_t slots, int64_t room, double *sums,
              int64_t *wait_counts, int64_t *response_counts) {
    ziggurat z = {width, height, limit, tail};
    bins h = {scale, first, slots};
    double clock = 0.0;
    uint64_t a[4], b[4], c[4];
    memcpy(a, arrivals, sizeof a);
    memcpy(b, services, sizeof b);
    memcpy(c, coins, sizeof c);
    double *times = malloc(room * sizeof *times), *free_at = calloc(servers, sizeof *free_at);
    int64_t *following = malloc(room * sizeof *following), *head = calloc(servers, 8), *last = calloc(servers, 8);
    int64_t *count = calloc(servers, 8), *order = malloc(servers * 8), spare = 0;
    for (int64_t k = 0; k < room; k++) following[k] = k + 1;
    for (int64_t k = 0; k < servers; k++) order[k] = k;
    for (int64_t batch = 0; batch < batches; batch++) {
        double waits = 0.0, work = 0.0, elapsed = 0.0;
        for (int64_t i = 0; i < size; i++) {
            double gap = arrival_mean * exponential(a, &z), service = service_mean * exponential(b, &z);
            clock += gap;
            int64_t best = 0, least = INT64_MAX;
            for (int64_t j = 0; j < choices; j++) {
                int64_t other = j + bounded(c, servers - j), server = order[other];
                order[other] = order[j];
                order[j] = server;
                int64_t found = count[server], node = head[server];
                while (found > 0 && times[node] <= clock) {
                    int64_t after = following[node];
                    following[node] = spare;
                    spare = node;
                    node = after;
                    found--;
                }
                count[server] = found;
                head[server] = node;
                if (found < least) {
                    least = found;
                    best = server;
                }
            }
            double start = free_at[best] > clock ? free_at[best] : clock, wait = start - clock;
            free_at[best] = start + service;
            int64_t node = spare;
            spare = following[node];
            times[node] = start + service;
            if (least == 0)
                head[best] = node;
            else
                following[last[best]] = node;
            last[best] = node;
            count[best] = least + 1;
            waits += wait;
            work += service;
            elapsed += gap;
            record(wait_counts + batch * slots, &h, wait);
            record(response_counts + batch * slots, &h, wait + service);
        }
        sums[3 * batch] = waits;
        sums[3 * batch + 1] = work;
        sums[3 * batch + 2] = elapsed;
    }
    free(times);
    free(free_at);
    free(following);
    free(head);
    free(last);
    free(count);
    free(order);
}
