#include "http/chunked_body.h"

#include <algorithm>

#include "http/text.h"

namespace roost::http {

auto ChunkedBody::take(std::string_view& input, std::string& body, std::size_t bytes_max)
    -> std::expected<bool, ParseError> {
  while (!input.empty() && state_ != State::done) {
    if (state_ == State::data) {
      const auto data = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
      body += data;
      input.remove_prefix(data.size());
      left_ -= data.size();
      if (left_ == 0) state_ = State::data_cr;
      continue;
    }
    if (!take_char(input.front())) return std::unexpected(ParseError{400, "bad chunked body"});
    input.remove_prefix(1);
    if (left_ > bytes_max - body.size()) return std::unexpected(ParseError{413, "body too large"});
  }
  return state_ == State::done;
}

bool ChunkedBody::take_char(char c) {
  switch (state_) {
    case State::size:
      return take_size_char(c);
    case State::extension:
      return take_extra_char(c, State::size_lf);
    case State::size_lf:
      return expect(c, '\n', left_ == 0 ? State::line : State::data);
    case State::data_cr:
      return expect(c, '\r', State::data_lf);
    case State::data_lf:
      digits_ = 0;
      return expect(c, '\n', State::size);
    case State::line:
      if (c == '\r') return expect(c, '\r', State::last_lf);
      state_ = State::trailer;
      [[fallthrough]];
    case State::trailer:
      return take_extra_char(c, State::trailer_lf);
    case State::trailer_lf:
      return expect(c, '\n', State::line);
    case State::last_lf:
      return expect(c, '\n', State::done);
    case State::data:
    case State::done:
      break;
  }
  return false;
}

bool ChunkedBody::take_size_char(char c) {
  constexpr std::uint8_t kDigitsMax = 16;  // of 64 bits
  const int value = hex_value(c);
  if (value < 0 && digits_ == 0) return false;
  if (value < 0 && c == ';') return state_ = State::extension, true;
  if (value < 0) return expect(c, '\r', State::size_lf);
  if (++digits_ > kDigitsMax) return false;
  left_ = left_ << 4 | static_cast<std::uint64_t>(value);
  return true;
}

bool ChunkedBody::take_extra_char(char c, State after) {
  if (c == '\r') return state_ = after, true;
  const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  return !control && ++extra_bytes_ <= kChunkExtraBytesMax;
}

bool ChunkedBody::expect(char c, char expected, State after) {
  if (c != expected) return false;
  state_ = after;
  return true;
}

}  // namespace roost::http
