#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace roost {

/// FNV-1a, 64 bits: stable across runs, builds and nodes, so that it may choose homes and partitions.
constexpr std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash;
}

/// Lets maps with std::string keys be asked with a string_view.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace roost
