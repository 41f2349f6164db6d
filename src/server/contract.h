#pragma once

#include <memory>
#include <string>
#include <vector>

#include <roost/app.hpp>

namespace roost::server {

/// The TypeScript module of App::typescript_contract. Of two channels with one pattern the first counts, as it does for
/// clients of the first mount.
std::string typescript_contract(const std::vector<std::unique_ptr<SocketMount>>& mounts);

}  // namespace roost::server
