#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "http/parse_error.h"

namespace roost::http {

/// The file that a URL path names below a root, as a relative path: "" for the root, never beginning or ending with
/// '/'.
///
/// Percent-decoded once; empty segments are skipped. Errors: 400 for what no browser sends, being neither a name nor a
/// mistake (a broken escape, a segment `.` or `..`, a slash, backslash or control character in a name, however
/// escaped); 404 for names that begin with a dot, which are not meant for the public, except `.well-known` (RFC 8615).
auto resolve_static_path(std::string_view url_path) -> std::expected<std::string, ParseError>;

/// The relative path as a URL path: percent-encoded, without a slash in front.
std::string encode_url_path(std::string_view relative_path);

/// Whether the name carries a hash of the content, as Vite writes it: `assets/NAME-HASH.EXT`. Such a file never
/// changes. Eight characters of base64url; eight small letters are taken for a word, so that `assets/my-homepage.css`
/// is not one.
bool is_hashed_asset(std::string_view relative_path);

}  // namespace roost::http
