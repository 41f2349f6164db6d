#pragma once

#include <optional>
#include <string_view>

#include <boost/json/value.hpp>

namespace roost::wire {

/// The value that a JSON text stands for. Of members with one name the first counts (PROTOCOL F17), unlike in
/// boost::json::parse. 64-bit integers are exact, other numbers are the nearest double.
///
/// nullopt: no JSON, more than kJsonDepthMax levels, or a number that no double holds. Of a text that scan_json has
/// taken only the last can be, for an integer of 309 digits or more.
std::optional<boost::json::value> parse_json(std::string_view text);

}  // namespace roost::wire
