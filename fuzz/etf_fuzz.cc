// Whatever decodes stays within its limits, can be encoded, and comes back as the same term; small or compressed.
// Input: the bytes of a term.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "token/etf.h"

namespace {

using namespace roost;

/// Checks the depth below `term` and counts.
std::size_t count(const Term& term, std::size_t depth) {
  ROOST_ASSERT(depth <= token::EtfLimits{}.depth_max);
  std::size_t terms = 1;
  const auto add = [&terms, depth](const Term& part) { terms += count(part, depth + 1); };
  if (const auto* list = term.get_if<Term::List>()) {
    // A list of bytes has no depth of its own on the wire.
    if (std::ranges::all_of(*list, [](const Term& element) { return element.integer().has_value(); }))
      terms += list->size();
    else
      std::ranges::for_each(*list, add);
  }
  if (const auto* tuple = term.get_if<Tuple>()) std::ranges::for_each(tuple->elements, add);
  if (const auto* map = term.get_if<TermMap>())
    for (const auto& [key, value] : map->entries()) add(key), add(value);
  return terms;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto term = token::decode_term(input);
  if (!term) return 0;
  ROOST_ASSERT(count(*term, 1) <= token::EtfLimits{}.terms_max);
  const auto encoded = token::encode_term(*term);
  ROOST_ASSERT(encoded);
  ROOST_ASSERT(token::decode_term(*encoded) == term);
  ROOST_ASSERT(token::decode_term(token::compress_term(*encoded)) == term);
  if (const auto json = term->to_json()) Term::from_json(*json);
  return 0;
}
