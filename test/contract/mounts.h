#pragma once

#include <roost/app.hpp>

namespace contract {

/// Adds the user socket at every mount of the contract, each with its own options.
void add_mounts(roost::App& app);

}  // namespace contract
