#pragma once

#include <cstdint>
#include <string>

namespace roost {

/// The peer broke a protocol: its connection closes with this code. The reason is safe for strangers.
struct ProtocolError {
  std::uint16_t close_code;  // RFC 6455 §7.4.1
  const char* reason;        // a literal, at most 123 bytes (RFC 6455 §5.5)

  friend bool operator==(const ProtocolError& a, const ProtocolError& b) { return a.close_code == b.close_code; }
};

/// The world failed: what we were doing, and what the system said.
struct Error {
  std::string message;
};

}  // namespace roost
