#pragma once

#include <chrono>
#include <optional>

#include <boost/json/object.hpp>

#include <roost/jwt.hpp>

namespace roost::token {

/// What is wrong with these claims at this time, for a verifier with these options (RFC 7519 §4.1). nullopt: nothing.
std::optional<JwtError> check_claims(const boost::json::object& claims, const JwtOptions& options,
                                     std::chrono::system_clock::time_point now);

}  // namespace roost::token
