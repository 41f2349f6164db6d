#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace roost::bench {

/// `text` with `{client}` and `{topic}` replaced by these numbers, wherever they stand.
std::string fill_in(std::string_view text, std::size_t client, std::size_t topic);

/// The same with `{number}`.
std::string fill_in_number(std::string_view text, std::uint64_t number);

/// Whether fill_in() would change it.
bool has_placeholders(std::string_view text);

}  // namespace roost::bench
