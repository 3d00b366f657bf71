"""Tables of the needs assessment: what places will need, what they have, what matters first, and what people say."""

from locality_profiles.tables.needs.demand import DEMAND_SOURCE_TABLES, DEMAND_TABLES
from locality_profiles.tables.needs.population import POPULATION_SOURCE_TABLES, POPULATION_TABLES
from locality_profiles.tables.needs.priorities import PRIORITY_TABLES
from locality_profiles.tables.needs.voice import VOICE_SOURCE_TABLES, VOICE_TABLES

#: Filled by sources.
NEEDS_SOURCE_TABLES = (*POPULATION_SOURCE_TABLES, *DEMAND_SOURCE_TABLES, *VOICE_SOURCE_TABLES)
#: Made by the room ``needs``.
NEEDS_TABLES = (*POPULATION_TABLES, *DEMAND_TABLES, *PRIORITY_TABLES, *VOICE_TABLES)
