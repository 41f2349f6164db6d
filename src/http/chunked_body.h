#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/parse_error.h"

namespace roost::http {

// Extensions and trailers of one body together. No client that we know sends any; more is an attempt to keep us busy.
inline constexpr std::size_t kChunkExtraBytesMax = 16 * 1024;

/// A chunked body, decoded as it comes (RFC 9112 §7.1); keeps no bytes itself.
///
///   body  = *( size [ extension ] CRLF data CRLF ) "0" [ extension ] CRLF *( trailer CRLF ) CRLF
///   size  = 1*16 hexadecimal digits          extension = ";" and what follows on the line
///
/// Extensions and trailers are read over: nothing behind the head may change what the head said. Ours, not Beast's:
/// that of 1.81 reads an extension past its line when more of the body is at hand, and asserts on what a peer sent.
class ChunkedBody {
 public:
  /// Takes bytes of the body from the front of `input` and appends the data to `body`, which only ever holds data of
  /// this body. True: the body is complete, and `input` is what came behind it. False: all of `input` was taken, more
  /// must come. Errors: 413 when the data will be more than `bytes_max`, told by the size line; 400.
  auto take(std::string_view& input, std::string& body, std::size_t bytes_max) -> std::expected<bool, ParseError>;

 private:
  enum class State : std::uint8_t {
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    line,
    trailer,
    trailer_lf,
    last_lf,
    done
  };

  bool take_char(char c);
  bool take_size_char(char c);
  bool take_extra_char(char c, State after);
  bool expect(char c, char expected, State after);

  State state_ = State::size;
  std::uint8_t digits_ = 0;      // of the size so far
  std::uint64_t left_ = 0;       // of the chunk's data; its size, while that is read
  std::size_t extra_bytes_ = 0;  // extensions and trailers so far
};

}  // namespace roost::http
