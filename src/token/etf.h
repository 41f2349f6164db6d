#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <roost/term.hpp>

namespace roost::token {

/// What a term may hold. Phoenix has no such limits: it decodes what its own MAC covers.
struct EtfLimits {
  std::size_t depth_max = 64;                // our decoder, and whoever walks a term, is recursive
  std::size_t terms_max = 16'384;            // a term takes 48 bytes here where one byte may stand for it on the wire
  std::size_t inflated_bytes_max = 262'144;  // zlib makes up to 1,000 bytes out of one
};

/// Erlang's external term format, as far as tokens need it:
///
///     term       = 83 value | 83 50 size4 zlib(value)          size4: bytes of `value`
///     value      = 61 int1 | 62 int4 | 6e n1 sign1 bytes | 6f n4 sign1 bytes    magnitude little endian
///                | 46 double8 | 6d n4 bytes
///                | 77 n1 utf8 | 76 n2 utf8 | 73 n1 latin1 | 64 n2 latin1        atoms
///                | 6a | 6c n4 value* 6a | 6b n2 bytes                           lists; 6b: of integers 0 to 255
///                | 68 n1 value* | 69 n4 value*                                  tuples
///                | 74 n4 (key value)*
///
/// All numbers but magnitudes are big endian. Source: ERTS user's guide, "External Term Format".

/// The term that `bytes` are, all of them. nullopt: anything else, or more than the limits allow. Takes memory in
/// proportion to what the limits allow, whatever the counts in `bytes` claim.
std::optional<Term> decode_term(std::string_view bytes, const EtfLimits& limits = {});

/// Writes as OTP 26 does (atoms as 77). nullopt: more than the limits allow, so that decode_term would refuse it.
std::optional<std::string> encode_term(const Term& term, const EtfLimits& limits = {});

/// An encoded term made smaller by zlib; as it is where that wins nothing or decode_term would find it too large.
std::string compress_term(std::string encoded, const EtfLimits& limits = {});

}  // namespace roost::token
