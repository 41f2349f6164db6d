#pragma once

#include <optional>

#include "http/parse_error.h"
#include "http/request.h"

namespace roost::http {

/// What must hold of a head beyond its grammar: one Host, one way to tell the body's length, a target that we know.
/// Fills in `path` and `query`, puts the authority of an absolute-form target in place of the Host, and ends
/// `keep_alive` for HTTP/1.0. nullopt: the head is good. Errors: 400, 417, 501.
std::optional<ParseError> finish_head(Request& head);

/// Whether the client waits for "100 Continue" (RFC 9110 §10.1.1).
bool expects_continue(const Request& head);

}  // namespace roost::http
