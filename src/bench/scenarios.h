#pragma once

#include <expected>

#include "base/error.h"
#include "bench/result.h"
#include "bench/settings.h"

// The loads. Each connects, runs and returns what it found; an error if it could not begin. All block.
namespace roost::bench {

/// One publisher, and all clients, itself among them, get what it publishes.
///
/// By window: it sends so many at once, and the next when every client has all of them. By rate: whatever came back.
std::expected<Result, Error> run_fanout(const Settings& settings);

/// Each client sends messages and waits for the replies, `window` of them in flight. By rate: all clients in turn.
std::expected<Result, Error> run_echo(const Settings& settings);

/// Connects and joins all clients; then they stay for `hold`.
std::expected<Result, Error> run_connect(const Settings& settings);

}  // namespace roost::bench
