#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/fd.h"
#include "net/listener.h"

namespace roost::net {

/// The system calls on sockets, the same on Linux and macOS. None blocks unless it says so; all retry when interrupted.

/// "what: Address already in use"
Error system_error(const std::string& what, int code);

/// A listening socket. Looks a name up, which may block.
std::expected<Fd, Error> listen_on(const Listener::Options& options);
/// The port that a socket is bound to; 0 if the system does not say.
std::uint16_t local_port(int fd);

/// The next waiting client, with a non-blocking socket; an error code of the system if there is none.
std::expected<Accepted, int> accept_client(int listener);

/// Where the peer of a connected socket is; empty if the system does not say.
std::string peer_address(int fd);

/// How many bytes were read, 0 at the end of the stream; an error code of the system otherwise.
std::expected<std::size_t, int> receive(int fd, std::span<char> into);
/// How many bytes the system took. No SIGPIPE.
std::expected<std::size_t, int> send(int fd, std::string_view bytes);
/// Tells the peer that nothing follows.
void shutdown_send(int fd);

bool would_block(int code);

/// Two ends that wake a poll: an eventfd twice, or a pipe where there is none.
struct Waker {
  Fd reader, writer;
  static std::expected<Waker, Error> create();
  void wake();   // any thread
  void reset();  // takes the wake-ups out of `reader`
};

}  // namespace roost::net
