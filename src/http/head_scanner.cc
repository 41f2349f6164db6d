#include "http/head_scanner.h"

#include <algorithm>

#include "http/text.h"

namespace roost::http {
namespace {

// " HTTP/1.1\r\n" and the method, of which the longest registered one has 17 letters.
constexpr std::size_t kRequestLineExtraBytes = 64;

}  // namespace

auto HeadScanner::scan(std::string_view bytes, const ParserLimits& limits)
    -> std::expected<std::optional<std::size_t>, ParseError> {
  for (;;) {
    if (fields_ == 0 && line_ < bytes.size() && bytes[line_] != '\r' && !is_token_char(bytes[line_]))
      return std::unexpected(ParseError{400, "not an HTTP request"});  // TLS on a plain port, for one
    const std::size_t limit =
        fields_ == 0 ? begin_ + limits.target_bytes_max + kRequestLineExtraBytes : fields_ + limits.field_bytes_max;
    const std::size_t newline = bytes.substr(0, limit).find('\n', searched_);
    if (newline == std::string_view::npos) {
      searched_ = bytes.size();
      if (bytes.size() < limit) return std::nullopt;
      return std::unexpected(fields_ == 0 ? ParseError{414, "URI too long"}
                                          : ParseError{431, "header fields too large"});
    }
    if (newline == line_ || bytes[newline - 1] != '\r') return std::unexpected(ParseError{400, "bad line end"});
    const auto line = bytes.substr(line_, newline - 1 - line_);
    line_ = searched_ = newline + 1;
    if (line.empty() && fields_ != 0) return line_;
    if (const auto error = take_line(line, limits)) return std::unexpected(*error);
  }
}

std::optional<ParseError> HeadScanner::take_line(std::string_view line, const ParserLimits& limits) {
  if (line.empty()) {
    begin_ = line_;
  } else if (fields_ == 0) {
    fields_ = line_;
  } else if (line.front() == ' ' || line.front() == '\t') {
    return ParseError{400, "folded header line"};  // obs-fold, RFC 9112 §5.2
  } else if (++field_count_ > limits.field_count_max) {
    return ParseError{431, "too many header fields"};
  }
  return std::nullopt;
}

}  // namespace roost::http
