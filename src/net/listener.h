#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "net/fd.h"

namespace roost::net {

class Loop;

/// A client that was let in: its socket, non-blocking and without Nagle's delay, and where it comes from.
struct Accepted {
  Fd fd;
  std::string address;  // "127.0.0.1", "::1"
  std::uint16_t port = 0;
};

/// Accepts TCP connections on one address. Loop thread only; the Loop must outlive it.
class Listener {
 public:
  struct Options {
    std::string host = "127.0.0.1";  // an IPv4 or IPv6 address, or a name: its first address that can be bound
    std::uint16_t port = 0;          // 0: the system chooses; see port()
    bool reuse_port = false;  // several Listeners, one for each shard, share the port; the system spreads clients
  };
  /// Gets each client. May destroy or close the Listener.
  using OnAccept = std::move_only_function<void(Accepted)>;
  static constexpr std::chrono::milliseconds kRetryDelay{100};  // short for a client, long for a processor
  /// Accepting failed for now (no descriptors left, say); it goes on by itself after kRetryDelay.
  using OnError = std::move_only_function<void(const Error&)>;

  /// Listens and accepts from the next turn of the loop on.
  /// Error: "listen on 127.0.0.1:4000: Address already in use". A name is looked up here and now, which may block.
  static std::expected<std::unique_ptr<Listener>, Error> create(Loop& loop, const Options& options, OnAccept on_accept,
                                                                OnError on_error = nullptr);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The port it listens on.
  std::uint16_t port() const;
  /// Clients wait in the system's backlog until resume(). On the loop's thread, or before it runs.
  void pause();
  void resume();
  /// Accepts no more and gives the port back. Clients in the system's backlog are reset.
  void close();

 private:
  class State;
  explicit Listener(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // shared with the loop, whose operations may outlive this
};

}  // namespace roost::net
