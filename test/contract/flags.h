#pragma once

#include <vector>

#include <roost/app.hpp>

namespace contract {

/// Flags of the contract server alone, for what a mount cannot choose:
///   --drain-batch N --drain-interval-ms N   how it sends its clients away
///   --drain-refuse-new                      upgrades and new long polls get 503 meanwhile
/// Taken out of `arguments`; the rest is for App::from_args. Throws std::invalid_argument for what is no number.
roost::DrainOptions take_drain_flags(std::vector<char*>& arguments);

}  // namespace contract
