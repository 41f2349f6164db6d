#pragma once

#include <cstddef>
#include <expected>
#include <string_view>

#include <boost/json/object.hpp>

#include "http/parse_error.h"

namespace roost::http {

inline constexpr std::size_t kQueryBytesMax = 1'000'000;  // Plug.Conn.fetch_query_params; PROTOCOL U4
inline constexpr std::size_t kQueryPairsMax = 10'000;     // Phoenix has no limit; a socket's params are a handful
inline constexpr std::size_t kQueryDepthMax = 32;         // Phoenix has no limit; bounds our recursion

/// Decodes a query string as Plug does: the params of a socket or a request (PROTOCOL U4).
///
/// `a=1` a string; `a[b]=1` an object in an object; `a[]=1` an element of an array; `+` and `%20` a space; `a` alone
/// "";
/// `%zz` stays as it is. The last of equal keys wins. Where one key is text, object and array at once, the last
/// wins that is new at its level: `a=1&a[b]=2` is an object, `a[b]=2&a=1` a string; where elements and named entries
/// meet
/// (`a[]=1&a[b]=2`), the last pair says whether it is an array or an object, and pairs of the other kind are left out.
/// All strings of the result are UTF-8.
/// Errors: 414 more than kQueryBytesMax; 400 not UTF-8 when decoded, more than kQueryPairsMax pairs, or deeper than
/// kQueryDepthMax. Source: Plug.Conn.Query.decode/4, plug/lib/plug/conn/query.ex.
auto decode_query(std::string_view query) -> std::expected<boost::json::object, ParseError>;

}  // namespace roost::http
