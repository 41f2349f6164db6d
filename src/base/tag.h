#pragma once

#include <cstdint>
#include <string_view>

#include "base/word.h"

namespace roost {

/// Tells most names apart by eight bytes: of the end, for names of one kind begin alike, and the size. No call and
/// nothing that goes through memory: to read eight bytes that were just written in pieces costs more than all the rest.
inline std::uint64_t tag_of(std::string_view name) {
  const auto four = load_word<std::uint32_t>;
  const std::size_t size = name.size();
  const char* const end = name.data() + size;
  std::uint64_t tag = size << 56;
  if (size >= 8) return tag ^ four(end - 8) ^ std::uint64_t{four(end - 4)} << 32;
  if (size >= 4) return tag ^ four(name.data()) ^ std::uint64_t{four(end - 4)} << 32;
  for (const char c : name) tag = tag << 8 ^ static_cast<unsigned char>(c) ^ size << 56;
  return tag;
}

}  // namespace roost
