#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <roost/bytes.hpp>

namespace roost::tracker {

/// The id of one version of a presence, opaque to clients (PROTOCOL Q5): four characters for who made it, and its
/// number there as short as may be, most significant digit first, in the letters of base64url.
///
/// Clients compare the refs of one key in one topic. Two are equal only if both were made under one `origin`, of which
/// 24 bits count, and with one `number`: refs are half of a diff's bytes, and every client gets each.
std::string make_phx_ref(std::uint64_t origin, std::uint64_t number);

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
