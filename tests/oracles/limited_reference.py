"""A queue with finite room, balking and abandonment, event by event with an explicit queue."""

import heapq


def limited(gaps, services, patience, coins, servers, capacity, balking):
    """Outcome and wait of each customer: ("served" | "blocked" | "balked" | "abandoned", wait)."""
    arrivals, clock = [], 0.0
    for gap in gaps:
        clock += gap
        arrivals.append(clock)
    outcome = [None] * len(gaps)
    # Of events at the same moment, departures and abandonments come before arrivals.
    events = [(time, 1, "arrival", k) for k, time in enumerate(arrivals)]
    heapq.heapify(events)
    queue, busy = [], 0

    def begin(k, now):
        nonlocal busy
        busy += 1
        outcome[k] = ("served", now - arrivals[k])
        heapq.heappush(events, (now + services[k], 0, "departure", k))

    while events:
        now, _, what, k = heapq.heappop(events)
        if what == "departure":
            busy -= 1
            if queue:
                begin(queue.pop(0), now)
        elif what == "abandonment":
            if k in queue:
                queue.remove(k)
                outcome[k] = ("abandoned", patience[k])
        elif busy < servers:
            begin(k, now)
        elif busy + len(queue) >= capacity:
            outcome[k] = ("blocked", 0.0)
        elif coins[k] < balking[min(len(queue), len(balking) - 1)]:
            outcome[k] = ("balked", 0.0)
        else:
            queue.append(k)
            heapq.heappush(events, (now + patience[k], 0, "abandonment", k))
    return outcome
