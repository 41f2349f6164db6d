#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <roost/bytes.hpp>

namespace roost::tracker {

/// The id of one version of a presence (PROTOCOL Q5): 16 characters of base64url, of 8 bytes time, 2 bytes of the
/// node's hash and 2 bytes counter, big endian. Unique while a node makes fewer than 65,536 in a nanosecond of its
/// clock.
std::string make_phx_ref(std::uint64_t system_time_ns, std::uint16_t node_hash, std::uint16_t counter);

enum class MetaError {
  not_json,       // not the text of one JSON value, not UTF-8, or nested deeper than kMetaDepthMax
  not_an_object,  // PROTOCOL Q6
};
inline constexpr unsigned kMetaDepthMax = 64;  // deeper than any sane meta; bounds the parser's work

/// `meta` with {"phx_ref":…, "phx_ref_prev":…} in front (PROTOCOL Q6), else byte for byte as it came.
///
/// `meta`: the text of a JSON object. Its own top-level members of these names are dropped, whatever their value.
/// `previous`: the phx_ref that this one replaces; "": none. Both are of make_phx_ref.
std::expected<SharedBytes, MetaError> with_refs(std::string_view meta, std::string_view phx_ref,
                                                std::string_view previous = {});

/// `meta`, which with_refs() made, with another phx_ref_prev; nullopt: it has none.
std::optional<SharedBytes> with_previous(std::string_view meta, std::string_view previous);

/// The phx_ref in a meta that with_refs() made; "" if there is none. The view is into `meta`.
std::string_view phx_ref_of(std::string_view meta);

}  // namespace roost::tracker
