#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

#include "http/parse_error.h"
#include "http/request.h"

namespace roost::http {

/// Finds the end of a request's head, and refuses what is too long or has broken line ends, at the first byte that
/// shows it.
///
/// What it says depends on the bytes alone, not on the pieces in which they came. Empty lines before the request line
/// are skipped (RFC 9112 §2.2).
class HeadScanner {
 public:
  /// `bytes`: all that came since the scanner was made. The head's size with what was skipped before it, or nullopt
  /// when its end has not come yet. Errors: 400, 414, 431.
  auto scan(std::string_view bytes, const ParserLimits& limits)
      -> std::expected<std::optional<std::size_t>, ParseError>;

  /// How many bytes of empty lines come before the request line.
  std::size_t skipped() const { return begin_; }

 private:
  std::optional<ParseError> take_line(std::string_view line, const ParserLimits& limits);

  std::size_t begin_ = 0;     // where the request line begins
  std::size_t line_ = 0;      // where the current line begins
  std::size_t searched_ = 0;  // no line end in bytes [line_, searched_)
  std::size_t fields_ = 0;    // where the header lines begin; 0: still in the request line
  std::size_t field_count_ = 0;
};

}  // namespace roost::http
