/* The C twin of the ziggurats: xoshiro256++, 256 strips, 53-bit positions. Tables from the C library's exp and log. */
#include <math.h>
#include <stdint.h>

enum { STRIPS = 256 };

struct ziggurat {
    double width[STRIPS], height[STRIPS + 1];
    int64_t limit[STRIPS];
};

static struct ziggurat e, z;
static const double E_TAIL = 7.69711747013104972, Z_TAIL = 3.6541528853610088;

static double density(double x, int gauss) { return gauss ? exp(-0.5 * x * x) : exp(-x); }

static void build(struct ziggurat *t, double tail, double area, int gauss) {
    double edge[STRIPS + 1];
    edge[0] = area / density(tail, gauss);
    edge[1] = tail;
    for (int i = 1; i < STRIPS - 1; i++) {
        const double y = area / edge[i] + density(edge[i], gauss);
        edge[i + 1] = gauss ? sqrt(-2 * log(y)) : -log(y);
    }
    edge[STRIPS] = 0;
    for (int i = 0; i < STRIPS; i++) {
        t->width[i] = edge[i] * 0x1p-53;
        t->limit[i] = (int64_t)(edge[i + 1] / edge[i] * 0x1p53);
    }
    for (int i = 0; i <= STRIPS; i++) t->height[i] = density(edge[i], gauss);
}

void setup(void) {
    build(&e, E_TAIL, 3.9496598225815571993e-3, 0);
    build(&z, Z_TAIL, 4.92867323397465535e-3, 1);
}

static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t next(uint64_t *s) {
    const uint64_t result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

static inline double uniform(uint64_t *s) { return (int64_t)(next(s) >> 11) * 0x1p-53; }

static inline double uniform_open(uint64_t *s) { return (int64_t)(next(s) >> 11 | 1) * 0x1p-53; }

static inline int under(const struct ziggurat *t, int i, double u, double y) {
    return t->height[i] + u * (t->height[i + 1] - t->height[i]) < y;
}

static inline double exponential(uint64_t *s) {
    double shift = 0;
    for (;;) {
        const uint64_t bits = next(s);
        const int i = bits & (STRIPS - 1);
        const int64_t position = (int64_t)(bits >> 11) | 1;
        const double x = position * e.width[i];
        if (position < e.limit[i]) return shift + x;
        if (i == 0)
            shift += E_TAIL;
        else if (under(&e, i, uniform(s), exp(-x)))
            return shift + x;
    }
}

static inline double normal(uint64_t *s) {
    for (;;) {
        const uint64_t bits = next(s);
        const int i = bits & (STRIPS - 1);
        const int64_t position = ((int64_t)bits >> 10) | 1;
        const double x = position * z.width[i];
        if ((position < 0 ? -position : position) < z.limit[i]) return x;
        while (i == 0) {
            const double beyond = -log(uniform_open(s)) / Z_TAIL;
            if (-2 * log(uniform_open(s)) > beyond * beyond) return copysign(Z_TAIL + beyond, x);
        }
        if (under(&z, i, uniform(s), exp(-0.5 * x * x))) return x;
    }
}

#define BOTH(variate)                                                           \
    void fill_##variate(uint64_t *s, double *out, int64_t n) {                  \
        for (int64_t i = 0; i < n; i++) out[i] = variate(s);                    \
    }                                                                           \
    double sum_##variate(uint64_t *s, int64_t n) {                              \
        double total = 0;                                                       \
        for (int64_t i = 0; i < n; i++) total += variate(s);                    \
        return total;                                                           \
    }

BOTH(uniform)
BOTH(exponential)
BOTH(normal)
