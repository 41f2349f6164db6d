#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "ws/frame.h"

// The client's side of WebSocket.
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

}  // namespace roost::bench
