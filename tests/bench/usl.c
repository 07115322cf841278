/* Twin of the least squares of the Universal Scalability Law: the same steps, bounds and stops. */
#include <math.h>
#include <stdint.h>

#define CONVERGED 1e-18
#define NEAR 1e-3
#define SINGULAR 1e-14
#define STEPS 200

typedef struct { double squares, h00, h01, h02, h11, h12, h22, g0, g1, g2; } System;
typedef struct { double d0, d1, d2, fall; int sound; } Step;

static inline System normal_equations(const double *scaled, const double *observed, const double *p, int64_t n, double c0, double c1,
                               double c2, int exact) {
    System s = {0};
    for (int64_t i = 0; i < n; i++) {
        double p0 = p[i], p1 = p[n + i], p2 = p[2 * n + i];
        double q = c0 * p0 + c1 * p1 + c2 * p2;
        if (!(q > 0)) {
            s.squares = INFINITY;
            return s;
        }
        double inverse = 1 / q, f = scaled[i] * inverse, residual = observed[i] - f;
        s.squares += residual * residual;
        double slope = f * inverse, bend = f - 2 * residual;
        double weight = slope * inverse * (exact || bend > 0 ? bend : f), pull = -slope * residual;
        double w0 = weight * p0, w1 = weight * p1;
        s.h00 += w0 * p0;
        s.h01 += w0 * p1;
        s.h02 += w0 * p2;
        s.h11 += w1 * p1;
        s.h12 += w1 * p2;
        s.h22 += weight * p2 * p2;
        s.g0 += pull * p0;
        s.g1 += pull * p1;
        s.g2 += pull * p2;
    }
    return s;
}

static inline Step held_step(System s, double damping, int held0, int held1, int held2, double d0, double d1, double d2) {
    double damped = 1 + damping;
    s.h00 *= damped;
    s.h11 *= damped;
    s.h22 *= damped;
    if (held0) {
        s.g0 = d0; s.g1 -= s.h01 * d0; s.g2 -= s.h02 * d0;
        s.h00 = 1; s.h01 = s.h02 = 0;
    }
    if (held1) {
        s.g0 -= s.h01 * d1; s.g1 = d1; s.g2 -= s.h12 * d1;
        s.h11 = 1; s.h01 = s.h12 = 0;
    }
    if (held2) {
        s.g0 -= s.h02 * d2; s.g1 -= s.h12 * d2; s.g2 = d2;
        s.h22 = 1; s.h02 = s.h12 = 0;
    }
    double l1 = s.h01 / s.h00, l2 = s.h02 / s.h00, pivot1 = s.h11 - l1 * s.h01;
    double l3 = (s.h12 - l2 * s.h01) / pivot1, pivot2 = s.h22 - l2 * s.h02 - l3 * l3 * pivot1;
    Step step;
    step.sound = s.h00 > 0 && pivot1 > SINGULAR * fabs(s.h11) && pivot2 > SINGULAR * fabs(s.h22);
    double y1 = s.g1 - l1 * s.g0;
    step.d2 = (s.g2 - l2 * s.g0 - l3 * y1) / pivot2;
    step.d1 = y1 / pivot1 - l3 * step.d2;
    step.d0 = s.g0 / s.h00 - l1 * step.d1 - l2 * step.d2;
    return step;
}

static inline Step bounded_step(System s, double damping, double c0, double c1, double c2) {
    int held0 = c0 <= 0 && s.g0 <= 0, held1 = c1 <= 0 && s.g1 <= 0, held2 = c2 <= 0 && s.g2 <= 0;
    double d0 = 0, d1 = 0, d2 = 0;
    Step step = {0};
    for (int k = 0; k < 4; k++) {
        step = held_step(s, damping, held0, held1, held2, d0, d1, d2);
        d0 = step.d0; d1 = step.d1; d2 = step.d2;
        double reach0 = !held0 && c0 + d0 < 0 ? -c0 / d0 : 1, reach1 = !held1 && c1 + d1 < 0 ? -c1 / d1 : 1;
        double reach2 = !held2 && c2 + d2 < 0 ? -c2 / d2 : 1, nearest = fmin(fmin(reach0, reach1), reach2);
        if (!step.sound || !(nearest < 1)) break;
        if (!held0) d0 = 0;
        if (!held1) d1 = 0;
        if (!held2) d2 = 0;
        if (reach0 == nearest) { held0 = 1; d0 = -c0; }
        else if (reach1 == nearest) { held1 = 1; d1 = -c1; }
        else { held2 = 1; d2 = -c2; }
    }
    double curve = s.h00 * d0 * d0 + s.h11 * d1 * d1 + s.h22 * d2 * d2 + 2 * (s.h01 * d0 * d1 + s.h02 * d0 * d2 + s.h12 * d1 * d2);
    step.d0 = d0; step.d1 = d1; step.d2 = d2;
    step.fall = 2 * (s.g0 * d0 + s.g1 * d1 + s.g2 * d2) - curve;
    return step;
}

static void starting_point(const double *scaled, const double *observed, const double *p, int64_t n, double *c) {
    System s = {0};
    for (int64_t i = 0; i < n; i++) {
        double p0 = p[i], p1 = p[n + i], p2 = p[2 * n + i];
        double root = observed[i] * observed[i] / scaled[i], weight = root * root, pull = root * observed[i];
        double w0 = weight * p0, w1 = weight * p1;
        s.h00 += w0 * p0;
        s.h01 += w0 * p1;
        s.h02 += w0 * p2;
        s.h11 += w1 * p1;
        s.h12 += w1 * p2;
        s.h22 += weight * p2 * p2;
        s.g0 += pull * p0;
        s.g1 += pull * p1;
        s.g2 += pull * p2;
    }
    Step step = bounded_step(s, 0, 0, 0, 0);
    int above = step.sound;
    for (int64_t i = 0; above && i < n; i++) above = step.d0 * p[i] + step.d1 * p[n + i] + step.d2 * p[2 * n + i] > 0;
    if (above) {
        c[0] = step.d0; c[1] = step.d1; c[2] = step.d2;
        return;
    }
    double top = 0, bottom = 0;
    for (int64_t i = 0; i < n; i++) {
        double ratio = scaled[i] / p[i];
        top += ratio * ratio;
        bottom += ratio * observed[i];
    }
    c[0] = bottom > 0 ? top / bottom : 1;
    c[1] = c[2] = 0;
}

static double minimise(const double *scaled, const double *observed, const double *p, int64_t n, double *c) {
    double c0 = c[0], c1 = c[1], c2 = c[2], scale = 0, damping = 0;
    int exact = 0;
    for (int64_t i = 0; i < n; i++) scale += observed[i] * observed[i];
    System now = normal_equations(scaled, observed, p, n, c0, c1, c2, 0);
    for (int k = 0; k < STEPS; k++) {
        Step step = bounded_step(now, damping, c0, c1, c2);
        int near = fabs(step.fall) <= NEAR * scale;
        int last = step.sound && fabs(step.fall) <= CONVERGED * scale && damping < 1e-3;
        if (step.sound) {
            System then = normal_equations(scaled, observed, p, n, c0 + step.d0, c1 + step.d1, c2 + step.d2, near);
            if (then.squares < now.squares || (last && then.squares <= now.squares * (1 + 1e-12))) {
                c0 += step.d0; c1 += step.d1; c2 += step.d2;
                now = then;
                exact = near;
                damping = damping > 1e-6 ? 0.1 * damping : 0;
                if (last) break;
                continue;
            }
        }
        if (last || damping > 1e15) break;
        if (exact) {
            now = normal_equations(scaled, observed, p, n, c0, c1, c2, 0);
            exact = 0;
        } else damping = fmax(10 * damping, step.sound ? 1e-4 : 1e-12);
    }
    c[0] = c0; c[1] = c1; c[2] = c2;
    return now.squares;
}

void minimise_rows(const double *scaled, const double *rows, const double *p, int64_t count, int64_t n, double *found,
                   double *squares) {
    for (int64_t k = 0; k < count; k++) {
        starting_point(scaled, rows + k * n, p, n, found + 3 * k);
        squares[k] = minimise(scaled, rows + k * n, p, n, found + 3 * k);
    }
}
