#pragma once

#include <expected>
#include <string_view>

#include "http/parse_error.h"
#include "http/request.h"

namespace roost::http {

/// Reads a request's head by the grammar of RFC 9112 §3 and §5: method, target, version and headers.
///
/// `head`: all of it, from the request line to the empty line, as HeadScanner finds it. `keep_alive` is what the
/// Connection header says; `path`, `query` and the body are left empty. Errors: 400, 505.
auto parse_head(std::string_view head) -> std::expected<Request, ParseError>;

}  // namespace roost::http
