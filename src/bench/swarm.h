#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "bench/target.h"
#include "net/fd.h"
#include "net/tls.h"
#include "ws/deflate.h"
#include "ws/frame.h"

namespace roost::bench {

/// One client connection of a Swarm.
struct Link {
  enum class State : std::uint8_t { closed, connecting, upgrading, open };

  std::uint32_t number = 0;  // in the order of Swarm::connect
  State state = State::closed;
  bool waits_writable = false;
  bool has_output = false;  // is in the list of links to flush
  bool finishing = false;
  net::Fd fd;
  std::unique_ptr<net::TlsStream> tls;   // for wss://
  std::string input;                     // a frame that is not whole
  std::string output;                    // what is to be sent
  std::optional<ws::Inflater> inflater;  // if compression was negotiated
};

/// Many WebSocket clients on one thread, which blocks in epoll.
///
/// Reads into one buffer for all; what a handler sends while it looks at one read leaves in one send.
class Swarm {
 public:
  class Handler {
   public:
    virtual void on_open(Link& link) = 0;
    /// A whole message; `bytes` live for the call.
    virtual void on_message(Link& link, bool binary, std::string_view bytes) = 0;
    /// The connection was refused, lost or closed by the server; `why` for people.
    virtual void on_end(Link& link, const std::string& why) = 0;
    /// The server ended it too, after finish(). It may be connected anew from here.
    virtual void on_finished(Link& link) = 0;

   protected:
    ~Handler() = default;
  };

  struct Options {
    bool compress = false;         // offer permessage-deflate
    std::size_t first_number = 0;  // of the first link: a process's share of all
    std::size_t topics = 1;        // for {topic} in the target's path
  };

  /// `target` and `handler` outlive the swarm.
  Swarm(const Target& target, Handler& handler, Options options);

  /// Starts one more connection. Error: there are no descriptors or addresses left, or the like.
  std::expected<void, Error> connect();
  /// Sends a frame (append_frame) when the handler returns, or with flush().
  void send(Link& link, std::string_view frame);
  /// Gives all that send() gathered to the system.
  void flush();
  /// Ends a connection in order: with a close frame, then the server closes.
  void finish(Link& link);
  /// Starts a closed link's connection anew.
  std::expected<void, Error> reconnect(Link& link);

  /// Waits for events, at most `patience`, and handles them.
  void turn(std::chrono::nanoseconds patience);

  /// A descriptor, an eventfd, that ends the wait of turn() when it can be read; what is in it is taken out.
  void watch_wake(int fd);
  /// When the bytes that a handler looks at were read.
  TimePoint received_at() const { return received_at_; }
  /// What the message that is being handled came as: head and payload, compressed if it was.
  std::size_t message_bytes() const { return message_bytes_; }

  std::size_t size() const { return links_.size(); }
  Link& operator[](std::size_t index) { return links_[index]; }
  const Options& options() const { return options_; }

  /// Connections from one source address: a quarter of the system's usual range of ports, of which others want some.
  static constexpr std::size_t kLinksPerAddress = 4'000;

 private:
  void on_event(Link& link, std::uint32_t events);
  void finish_connect(Link& link);
  void on_readable(Link& link);
  void take_bytes(Link& link, std::span<char> bytes);
  std::size_t take_handshake(Link& link, std::string_view bytes);
  std::size_t take_frame(Link& link, std::string_view bytes);
  void take_message(Link& link, bool binary, bool compressed, std::string_view payload);
  void flush(Link& link);
  std::expected<std::size_t, int> give(Link& link);
  std::expected<std::size_t, int> receive(Link& link);
  void watch(Link& link, int operation, bool writable);
  void close(Link& link);
  void end(Link& link, const std::string& why);

  const Target& target_;
  Handler& handler_;
  const Options options_;
  const std::string request_;
  std::shared_ptr<const net::TlsContext> tls_;
  net::Fd epoll_;
  int wake_ = -1;
  std::deque<Link> links_;
  std::vector<std::uint32_t> to_flush_;
  std::vector<char> buffer_;
  TimePoint received_at_{};
  std::size_t message_bytes_ = 0;
};

}  // namespace roost::bench
