"""Where the projections of each noun register themselves."""

from chassis.state.projections import Projections

projections = Projections()
replicas = Projections()

MEMBERSHIP = ("worker_id", "programme_id")
COMMITMENT = ("programme_id", "region_code")
