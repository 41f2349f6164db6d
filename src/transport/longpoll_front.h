#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/host.h"
#include "transport/longpoll_parcel.h"
#include "transport/longpoll_session.h"

namespace roost::transport {

// So long without a word a server is taken for gone when requests wait for it: longer than NATS needs to come back from
// a restart, and than a shard stands still in a healthy node.
inline constexpr std::chrono::seconds kLongPollSilenceMax{4};
// How often it is asked for a word meanwhile.
inline constexpr std::chrono::seconds kLongPollPing{1};
// Requests of one shard that wait for other nodes [longpoll_relay]; each has a connection of its own. Beyond: 503.
inline constexpr std::size_t kLongPollRelayedMax = 50'000;
// Requests of one shard that wait until it is known whose token they have. Beyond: the token is taken for none.
inline constexpr std::size_t kLongPollAsksMax = 1'000;
// Servers that a shard knows; those that no request waits for are forgotten first.
inline constexpr std::size_t kLongPollServersMax = 1'000;

/// The requests of one shard whose sessions live on other nodes. Shard thread only.
class LongPollFront {
 public:
  /// `status`: 200, 204, 408; 410: that session is no more; 503: this node can't ask for it. Views last for the call.
  struct Answer {
    int status;
    std::vector<std::string_view> messages = {};
  };
  /// Returns whether the client was there to take it.
  using Respond = std::move_only_function<bool(const Answer&)>;
  using Identified = std::move_only_function<void(std::optional<LongPollId>)>;

  LongPollFront(channel::Host& host, LongPollMail mail) : host_(host), mail_(mail) {}

  /// Reads a token of another server. nullopt: it is none, is older than `age_max_ms`, or nobody knew it within
  /// `patience`. `then`: now or later.
  void identify(std::string token, std::uint64_t age_max_ms, Duration patience, Identified then);

  /// A GET or a POST for an identified session. `window`: of the mount. Answered once, now or later; not after
  /// forget().
  std::uint64_t poll(const LongPollId& session, Duration window, Respond respond);
  std::uint64_t post(const LongPollId& session, const std::vector<LongPollMessage>& messages, Duration window,
                     Respond respond);
  /// The client of that poll is gone: its messages are for the next one.
  void forget(std::uint64_t poll);
  /// The client of that post is gone; its messages are handled all the same.
  void abandon(std::uint64_t post);
  /// This node stops: polls that wait are answered with 204, and their clients ask another.
  void drain();

  void handle(std::string_view node, const parcel::Place& from, const parcel::Key& message);
  void handle(std::string_view node, const parcel::Place& from, const parcel::Pong& message);
  void handle(std::string_view node, const parcel::Place& from, const parcel::Bye& message);
  void handle(std::string_view node, const parcel::Place& from, const parcel::Answer& message);

  std::size_t waiting() const { return requests_.size(); }

 private:
  struct Ask {
    std::string token;
    std::uint64_t age_max_ms;
    Identified then;
    Timer over;
  };
  struct Server {
    std::string node;
    std::optional<LongPollTokens> tokens;  // none: nobody said yet who that is
    std::map<std::uint64_t, Ask> asks;
    TimePoint asked{};
    std::size_t requests = 0;
    std::optional<TimePoint> silent_since;  // pinged then, and not heard of since
    Timer ping;
  };
  using Servers = std::map<std::uint64_t, Server>;
  struct Request {
    parcel::Place home;
    int status_when_over;  // 204: a poll; 408: a post
    Respond respond;       // none: its client is gone
    Timer over;
  };
  using Requests = std::map<std::uint64_t, Request>;

  Servers::iterator server(std::uint64_t id);
  void ask(std::uint64_t id, Server& server);
  void ask_over(std::uint64_t id, std::uint64_t number);
  const Server* begin(const LongPollId& session, Duration patience, int status_when_over, Respond respond);
  Respond finish(Requests::iterator request);
  void over(std::uint64_t number);
  void watch(std::uint64_t id, Server& server);
  void heard(std::string_view node, std::uint64_t id);
  void lose(std::uint64_t id);

  channel::Host& host_;
  LongPollMail mail_;
  Servers servers_;
  Requests requests_;
  std::size_t asks_ = 0;
  std::uint64_t next_ask_ = 1;
  std::uint64_t last_request_ = 0;
};

}  // namespace roost::transport
