"""Where the projections of each noun register themselves."""

from chassis.state.projections import Projections

projections = Projections()
replicas = Projections()
