#pragma once

#include "base/frame.h"

namespace roost::transport {

/// The frame with its message compressed, without context, so that all connections that negotiated permessage-deflate
/// may share it (RFC 7692 §7.2.1); the same frame when compression gains nothing.
///
/// A broadcast hands one frame to many connections in a row: it is compressed once. Valid until the next call on this
/// thread.
const Frame& compressed(const Frame& frame);

}  // namespace roost::transport
