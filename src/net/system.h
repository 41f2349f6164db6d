#pragma once

#include <cstdint>
#include <span>

namespace roost::net {

/// How many cores this process may use, at least 1.
unsigned cores();

/// Lets this process have as many files open as it may, each connection being one: its soft limit becomes the hard one
/// (RLIMIT_NOFILE), which systemd and containers leave at 1,024 for programs that cannot take more. Returns the limit.
std::uint64_t raise_open_files();

/// Fills `out` with random bytes fit for secrets, from the system. Any thread.
void random_bytes(std::span<char> out);
/// A random number of 64 bits, from the same source.
std::uint64_t random_u64();

/// Wall-clock time in nanoseconds since 1970, UTC. It may jump: never measure durations with it. Any thread.
std::int64_t system_now_ns();

}  // namespace roost::net
