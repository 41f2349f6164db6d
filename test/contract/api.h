#pragma once

#include <roost/app.hpp>

namespace contract {

/// Adds GET /api/health, /api/node and /metrics, POST /api/broadcast and POST /api/disconnect. `app` outlives its own
/// routes.
void add_api(roost::App& app);

}  // namespace contract
