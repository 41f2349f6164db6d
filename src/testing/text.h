#pragma once

#include <string>
#include <string_view>

#include <roost/payload.hpp>
#include <roost/testing.hpp>

namespace roost::testing {

/// A payload for a reader: its JSON, or `bytes 07 ff`.
std::string describe(const Payload& payload);

/// The message in a frame of V2 that the server sent.
Message decode_message(bool binary, std::string_view bytes);

/// A message of a client in V2: text, or a binary frame if the payload is bytes. Refs are short decimals.
std::string encode_message(std::string_view join_ref, std::string_view ref, std::string_view topic,
                           std::string_view event, const Payload& payload);

}  // namespace roost::testing
