#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "wire/serializer.h"

// A small language for the tests of the serializers.
namespace roost::wire::testing {

inline Ref ref_of(std::string_view json) {
  return Ref::from_json(scan_json(json, Utf8::check).value()).value();
}
inline Body json(std::string_view text) {
  return {.bytes = text};
}
inline Body binary(std::string_view bytes) {
  return {.bytes = bytes, .binary = true};
}

/// The message of one frame; its views live as long as the frame's text and this.
struct Decoded {
  Scratch scratch;
  std::expected<Incoming, DecodeError> result;

  Decoded(const Serializer& serializer, bool binary_frame, std::string_view bytes)
      : result(serializer.decode(binary_frame, bytes, Utf8::check, scratch)) {}
  bool ok() const { return result.has_value(); }
  const Incoming* operator->() const { return &result.value(); }
};

/// The bytes of an encoded message; a failure shows as its reason.
inline std::string payload(const Serializer::Encoded& encoded) {
  return encoded ? std::string(encoded->payload()) : encoded.error().reason;
}

}  // namespace roost::wire::testing
