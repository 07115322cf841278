/* The twins of three simulators in which customers leave in another order than they come: processor sharing, shortest
 * remaining first, and an open network. xoshiro256++, ziggurat, heaps in place, sums per batch and two histograms. Same
 * algorithms, same draws, plain C.
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

/* The books: of each batch (and, in a network, each station) four sums and two histograms. */
typedef struct {
    double scale, first;
    int64_t slots, size, batches, classes, open;
    double *sums;
    int64_t *waits, *responses;
} books;

typedef struct {
    double key;
    int64_t slot;
} item;

typedef struct {
    int64_t number;
    double arrival, service, remaining;
} job;

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

static inline double uniform(uint64_t s[4]) { return (int64_t)(next(s) >> 11) * 0x1p-53; }

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
            double u = uniform(s), foot = z->height[layer];
            if (foot + u * (z->height[layer + 1] - foot) < exp(-x)) return shift + x;
        }
    }
}

static inline void record(int64_t *counts, const books *b, double value) {
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
    double position = ceil((exponent + (((6.0 / 35) * s - 3.0 / 5) * s + 10.0 / 7) * s) * b->scale) - b->first;
    if (position < 0.0)
        counts[2]++;
    else if (position >= b->slots - 4)
        counts[b->slots - 1]++;
    else
        counts[3 + (int64_t)position]++;
}

static inline void completed(books *b, int64_t number, int64_t class, double wait, double response, double service) {
    int64_t batch = number / b->size;
    if (batch >= b->batches) return;
    int64_t row = batch * b->classes + class;
    b->sums[4 * row] += wait;
    b->sums[4 * row + 1] += response;
    b->sums[4 * row + 2] += service;
    b->sums[4 * row + 3] += 1.0;
    record(b->waits + row * b->slots, b, wait);
    record(b->responses + row * b->slots, b, response);
    b->open--;
}

static inline void push(item *heap, int64_t size, double key, int64_t slot) {
    int64_t hole = size;
    while (hole > 0 && heap[(hole - 1) / 2].key > key) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = (item){key, slot};
}

static inline void pop(item *heap, int64_t size) {
    item last = heap[--size];
    int64_t hole = 0, child = 1;
    while (child < size) {
        if (child + 1 < size) child += heap[child + 1].key < heap[child].key;
        if (heap[child].key >= last.key) break;
        heap[hole] = heap[child];
        hole = child;
        child = 2 * hole + 1;
    }
    heap[hole] = last;
}

static int64_t *empty_slots(int64_t room) {
    int64_t *spare = malloc(room * sizeof *spare);
    for (int64_t slot = 0; slot < room; slot++) spare[slot] = slot;
    return spare;
}

/* Processor sharing. All three take the customers from two streams (uint64[2][4]), let them come until all who count
 * have left, and have room for so many who are inside. */
void share(int64_t servers, double arrival_mean, double service_mean, uint64_t *streams, const ziggurat *tables,
           books *output, int64_t room) {
    ziggurat z = *tables;
    books b = *output;
    uint64_t gaps[4], works[4];
    memcpy(gaps, streams, sizeof gaps);
    memcpy(works, streams + 4, sizeof works);
    job *jobs = malloc(room * sizeof *jobs);
    item *heap = malloc(room * sizeof *heap);
    int64_t *spare = empty_slots(room), size = 0;
    double now = 0.0, virtual = 0.0;
    for (int64_t number = 0; b.open > 0; number++) {
        double gap = arrival_mean * exponential(gaps, &z), service = service_mean * exponential(works, &z);
        double horizon = now + gap;
        while (size > 0) {
            double moment = now + (heap[0].key - virtual) / (size > servers ? (double)servers / size : 1.0);
            if (moment > horizon) break;
            int64_t slot = heap[0].slot;
            job *j = jobs + slot;
            if (moment > now) now = moment;
            virtual = heap[0].key;
            double wait = now - j->arrival - j->service;
            if (wait < 0.0) wait = 0.0;
            completed(&b, j->number, 0, wait, wait + j->service, j->service);
            pop(heap, size--);
            spare[size] = slot;
        }
        if (size == 0) {
            now = virtual = 0.0;
        } else {
            virtual += (horizon - now) * (size > servers ? (double)servers / size : 1.0);
            now = horizon;
        }
        int64_t slot = spare[size];
        jobs[slot] = (job){number, now, service, service};
        push(heap, size++, virtual + service, slot);
    }
    free(jobs);
    free(heap);
    free(spare);
}

/* Shortest remaining processing time at one server; `servers` is not used. */
void shortest(int64_t servers, double arrival_mean, double service_mean, uint64_t *streams, const ziggurat *tables,
              books *output, int64_t room) {
    ziggurat z = *tables;
    books b = *output;
    uint64_t gaps[4], works[4];
    memcpy(gaps, streams, sizeof gaps);
    memcpy(works, streams + 4, sizeof works);
    job *jobs = malloc(room * sizeof *jobs);
    item *heap = malloc(room * sizeof *heap);
    int64_t *spare = empty_slots(room), size = 0, current = 0;
    double now = 0.0, need = 0.0;
    for (int64_t number = 0; b.open > 0; number++) {
        double left = arrival_mean * exponential(gaps, &z), service = service_mean * exponential(works, &z);
        while (size > 0 && need <= left) {
            left -= need;
            now += need;
            job *j = jobs + current;
            double wait = now - j->arrival - j->service;
            if (wait < 0.0) wait = 0.0;
            completed(&b, j->number, 0, wait, wait + j->service, j->service);
            spare[--size] = current;
            if (size > 0) {
                current = heap[0].slot;
                pop(heap, size);
                need = jobs[current].remaining;
            }
        }
        if (size == 0) {
            now = 0.0;
        } else {
            now += left;
            need -= left;
        }
        int64_t slot = spare[size];
        jobs[slot] = (job){number, now, service, service};
        if (size == 0) {
            current = slot;
            need = service;
        } else if (service < need) {
            jobs[current].remaining = need;
            push(heap, size - 1, need, current);
            current = slot;
            need = service;
        } else {
            push(heap, size - 1, service, slot);
        }
        size++;
    }
    free(jobs);
    free(heap);
    free(spare);
}

/* A customer in the network, and a station with its heap of the ends of services and its list of who waits. */
typedef struct {
    int64_t number, following;
    double arrival, joined, service, worked;
} passenger;

typedef struct {
    item *ends;
    double service_mean, *routes;
    int64_t servers, busy, head, tail;
    uint64_t works[4];
} station;

typedef struct {
    passenger *all;
    station *stations;
    double *next;
    const ziggurat *z;
} network;

static inline void begin(network *n, int64_t k, int64_t slot, double now) {
    station *s = n->stations + k;
    push(s->ends, s->busy++, now + n->all[slot].service, slot);
    n->next[k] = s->ends[0].key;
}

static inline void join(network *n, int64_t k, int64_t slot, double now) {
    station *s = n->stations + k;
    passenger *p = n->all + slot;
    p->joined = now;
    p->service = s->service_mean * exponential(s->works, n->z);
    if (s->busy < s->servers) {
        begin(n, k, slot, now);
        return;
    }
    p->following = -1;
    if (s->tail < 0)
        s->head = slot;
    else
        n->all[s->tail].following = slot;
    s->tail = slot;
}

/* An open network of `count` stations; customers come to the first. `routes` is double[count][count], of cumulative
 * probabilities; `works` and `coins` are the random states of the service times of the stations and of the routes. */
void visit(int64_t count, const int64_t *servers, const double *means, const double *routes, double arrival_mean,
           uint64_t *arrivals, uint64_t *works, uint64_t *coins, const ziggurat *tables, books *output, books *visits,
           int64_t room) {
    ziggurat z = *tables;
    books b = *output, v = *visits;
    uint64_t gaps[4], ways[4];
    memcpy(gaps, arrivals, sizeof gaps);
    memcpy(ways, coins, sizeof ways);
    network n = {malloc(room * sizeof *n.all), malloc(count * sizeof *n.stations), malloc(count * sizeof *n.next), &z};
    for (int64_t k = 0; k < count; k++) {
        station *s = n.stations + k;
        *s = (station){malloc(servers[k] * sizeof *s->ends), means[k], malloc(count * sizeof *s->routes), servers[k]};
        s->head = s->tail = -1;
        n.next[k] = INFINITY;
        memcpy(s->routes, routes + k * count, count * sizeof *s->routes);
        memcpy(s->works, works + 4 * k, sizeof s->works);
    }
    int64_t *spare = empty_slots(room), inside = 0;
    double clock = 0.0;
    for (int64_t number = 0; b.open > 0; number++) {
        double arrival = clock + arrival_mean * exponential(gaps, &z);
        while (inside > 0) {
            int64_t k = 0;
            for (int64_t other = 1; other < count; other++)
                if (n.next[other] < n.next[k]) k = other;
            double now = n.next[k];
            if (now > arrival) break;
            station *s = n.stations + k;
            int64_t slot = s->ends[0].slot;
            passenger *p = n.all + slot;
            pop(s->ends, s->busy--);
            n.next[k] = s->busy > 0 ? s->ends[0].key : INFINITY;
            if (s->head >= 0) {
                int64_t first = s->head;
                s->head = n.all[first].following;
                if (s->head < 0) s->tail = -1;
                begin(&n, k, first, now);
            }
            double wait = now - p->joined - p->service;
            if (wait < 0.0) wait = 0.0;
            completed(&v, p->number, k, wait, wait + p->service, p->service);
            p->worked += p->service;
            double u = uniform(ways);
            int64_t to = 0;
            while (to < count && u >= s->routes[to]) to++;
            if (to < count) {
                join(&n, to, slot, now);
            } else {
                double response = now - p->arrival;
                wait = response > p->worked ? response - p->worked : 0.0;
                completed(&b, p->number, 0, wait, response, p->worked);
                spare[--inside] = slot;
            }
        }
        clock = arrival;
        int64_t slot = spare[inside++];
        n.all[slot].number = number;
        n.all[slot].arrival = arrival;
        n.all[slot].worked = 0.0;
        join(&n, 0, slot, arrival);
    }
    for (int64_t k = 0; k < count; k++) {
        free(n.stations[k].ends);
        free(n.stations[k].routes);
    }
    free(n.stations);
    free(n.next);
    free(n.all);
    free(spare);
}
