#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roost::http {

/// ASCII lower case of one character; others stay.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether two texts differ in nothing but ASCII case, as HTTP compares names and tokens.
bool iequals(std::string_view a, std::string_view b);

/// `text` without the spaces and tabs at both ends (OWS, RFC 9110 §5.6.3). A view into `text`.
std::string_view trim(std::string_view text);

/// The elements of a comma-separated header value, trimmed; empty ones are skipped (RFC 9110 §5.6.1). Views into
/// `value`.
std::vector<std::string_view> comma_list(std::string_view value);

/// Whether `c` may stand in a token (RFC 9110 §5.6.2).
bool is_token_char(char c);
/// Whether `text` is a token: not empty, and nothing but token characters.
bool is_token(std::string_view text);

/// Whether `text` is uri-host [":" port] by the characters of the one and the number of the other (RFC 3986 §3.2.2):
/// enough to keep what is no host out of logs and URLs.
bool may_be_host(std::string_view text);

/// The value of a hexadecimal digit, or -1.
int hex_value(char c);

/// `text` with its escapes (%41) decoded; nullopt: a percent sign that begins none.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace roost::http
