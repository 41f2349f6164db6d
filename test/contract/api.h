#pragma once

#include <roost/app.hpp>

namespace contract {

/// Adds GET /api/health and /api/metrics, POST /api/broadcast and /api/disconnect. `app` outlives its own routes.
void add_api(roost::App& app);

}  // namespace contract
