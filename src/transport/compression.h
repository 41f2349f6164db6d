#pragma once

#include <cstdint>

#include "base/frame.h"
#include "base/metrics.h"
#include "ws/deflate.h"

namespace roost::transport {

/// The frame with its message compressed, without context, so that all connections that agreed on permessage-deflate
/// may share it (RFC 7692 §7.2.1); the same frame when compression gains nothing.
///
/// `window_bits`: what the client's side agreed to keep, 9-15. A broadcast hands one frame to many connections in a
/// row: it is compressed, and counted, once. Valid until the next call on this thread.
const Frame& compressed(const Frame& frame, std::uint8_t window_bits, Metrics& metrics);

/// The same with the context of one connection: smaller, and shared with nobody. Its frames must go out in this order.
Frame compressed(const Frame& frame, ws::Deflater& context, Metrics& metrics);

}  // namespace roost::transport
