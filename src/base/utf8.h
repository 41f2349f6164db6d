#pragma once

#include <cstdint>
#include <string_view>

namespace roost {

/// Whether bytes that arrive in pieces are UTF-8 (RFC 3629), noticed at the first byte that cannot be.
class Utf8Validator {
 public:
  /// Takes the next piece. False: the text is broken, whatever follows.
  bool feed(std::string_view bytes);
  /// Whether the text may end here, i.e. not inside a character.
  bool complete() const { return state_ == 0; }
  void reset() { state_ = 0; }

 private:
  std::uint8_t state_ = 0;
};

/// Whether the whole text is UTF-8.
bool valid_utf8(std::string_view text);

}  // namespace roost
