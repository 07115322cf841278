"""Capacity: how much load, how many bytes, how often the improbable, and what grows faster than the fleet.

Load arithmetic and its inverse (`average_load`, `peak_load`, `consistent_pairs`, `concurrency`), storage
(`stored_bytes`, `egress`), the day (`diurnal_profile`, `mixed_peak_factor`), the worst second
(`expected_max_poisson`), rare events (`probability_in_window`, `clean_trials_needed`, `birthday_collision`),
their clocks (`event_times`, `clustered_event_times`), fleets and copysets (`probability_down`,
`copyset_loss`), what a network of services costs (`links`, `paths`, `giant_component`, `gossip_rounds`)
and laws of growth (`expected_slowest`, `deadlock_rate`, `fitted_exponent`, `crossover`). Deadlocks and lost
chunks are also simulated (`simulate_deadlocks`, `simulate_copyset_loss`, `simulate_random_loss`).
"""

from underload.capacity.birthday import birthday_collision, items_for_collision
from underload.capacity.clock import clustered_event_times, dispersion_index, event_times, geometric_poisson_pmf
from underload.capacity.conflicts import (
    Conflicts,
    LockHistory,
    deadlock_rate_limit,
    lock_history,
    simulate_deadlocks,
)
from underload.capacity.diurnal import (
    DailyPeak,
    diurnal_profile,
    mixed_peak,
    mixed_peak_factor,
    mixed_profile,
    utc_offsets,
    von_mises_concentration,
)
from underload.capacity.fleet import fleet_down, probability_down
from underload.capacity.gossip import gossip_rounds, gossip_rounds_limit, gossip_spread
from underload.capacity.growth import (
    PowerLaw,
    crossover,
    deadlock_rate,
    expected_slowest,
    fitted_exponent,
    harmonic,
    series,
)
from underload.capacity.links import dag_links, links, pairs, paths
from underload.capacity.load import (
    average_load,
    concurrency,
    consistent_pairs,
    identified_product,
    peak_load,
)
from underload.capacity.peaks import expected_max_poisson, max_poisson_quantile
from underload.capacity.percolation import (
    Components,
    connectivity_limit,
    giant_component,
    simulate_components,
    simulate_giant_component,
)
from underload.capacity.placement import copyset_loss, copyset_loss_random, copysets
from underload.capacity.placement_simulation import Loss, simulate_copyset_loss, simulate_random_loss
from underload.capacity.poisson_error import barbour_hall_bound, le_cam_bound, total_variation
from underload.capacity.rare import (
    clean_trials_needed,
    event_rate,
    poisson_probability_in_window,
    probability_in_window,
    upper_bound_after_clean,
    waiting_time_quantile,
)
from underload.capacity.storage import egress, stored_bytes

__all__ = [
    "Components",
    "Conflicts",
    "DailyPeak",
    "LockHistory",
    "Loss",
    "PowerLaw",
    "average_load",
    "barbour_hall_bound",
    "birthday_collision",
    "clean_trials_needed",
    "clustered_event_times",
    "concurrency",
    "connectivity_limit",
    "consistent_pairs",
    "copyset_loss",
    "copyset_loss_random",
    "copysets",
    "crossover",
    "dag_links",
    "deadlock_rate",
    "deadlock_rate_limit",
    "dispersion_index",
    "diurnal_profile",
    "egress",
    "event_rate",
    "event_times",
    "expected_max_poisson",
    "expected_slowest",
    "fitted_exponent",
    "fleet_down",
    "geometric_poisson_pmf",
    "giant_component",
    "gossip_rounds",
    "gossip_rounds_limit",
    "gossip_spread",
    "harmonic",
    "identified_product",
    "items_for_collision",
    "le_cam_bound",
    "links",
    "lock_history",
    "max_poisson_quantile",
    "mixed_peak",
    "mixed_peak_factor",
    "mixed_profile",
    "pairs",
    "paths",
    "peak_load",
    "poisson_probability_in_window",
    "probability_down",
    "probability_in_window",
    "series",
    "simulate_components",
    "simulate_copyset_loss",
    "simulate_deadlocks",
    "simulate_giant_component",
    "simulate_random_loss",
    "stored_bytes",
    "total_variation",
    "upper_bound_after_clean",
    "utc_offsets",
    "von_mises_concentration",
    "waiting_time_quantile",
]
