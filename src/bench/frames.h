#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "ws/frame.h"

// The client's side of WebSocket and of the V2 messages.
namespace roost::bench {

/// What stands before the payload of a server's frame.
struct ServerHead {
  ws::Opcode opcode = ws::Opcode::text;
  bool fin = true;
  bool compressed = false;
  std::size_t head_bytes = 0;
  std::uint64_t payload_bytes = 0;
};

/// Decodes the head at the front of `bytes`, as a server sends it. nullopt: it is not whole.
/// Error: what is wrong with it; the server is at fault. `compressed_allowed`: permessage-deflate was negotiated.
std::expected<std::optional<ServerHead>, const char*> decode_server_head(std::string_view bytes,
                                                                         bool compressed_allowed);

/// Appends a whole masked frame to `out`. All frames have one masking key: nobody between here and there is fooled.
void append_frame(std::string& out, ws::Opcode opcode, std::string_view payload);

/// A message in V2 JSON. `payload`: JSON text.
std::string text_message(std::string_view join_ref, std::string_view ref, std::string_view topic,
                         std::string_view event, std::string_view payload);
/// A push in V2 binary. Fields have at most 255 bytes.
std::string binary_message(std::string_view join_ref, std::string_view ref, std::string_view topic,
                           std::string_view event, std::string_view payload);

/// A server's message. Views into the frame, refs as their text without quotes, empty for null.
struct ServerMessage {
  std::string ref;
  std::string topic;
  std::string event;
  std::string status;        // of a phx_reply
  std::string_view payload;  // of a reply: the response
  bool binary = false;
};

/// Reads a message of either kind, validating all of it. Error: why it is none.
std::expected<ServerMessage, std::string> decode_message(bool binary, std::string_view bytes);

}  // namespace roost::bench
