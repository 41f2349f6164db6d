#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "channel/host.h"
#include "transport/longpoll_parcel.h"
#include "transport/longpoll_session.h"

namespace roost::transport {

// How long an answer with messages waits for its confirmation; then nobody knows whether the client has them.
inline constexpr std::chrono::seconds kLongPollConfirmMax{5};
// Requests of other nodes that one shard holds [longpoll_relay]: as many as one that sends them may have, several
// times. Beyond: 503.
inline constexpr std::size_t kLongPollHeldMax = 200'000;
// Bytes of the posts among them: what a cluster's connection to its broker holds. Beyond: 503.
inline constexpr std::size_t kLongPollHeldBytesMax = std::size_t{64} << 20;
// Shards of other nodes that one shard hears of: 150 nodes of 64. Beyond: 503.
inline constexpr std::size_t kLongPollFrontsMax = 10'000;

/// The sessions of one shard, for requests that came to other nodes. Shard thread only; outlives the sessions' ends.
///
/// Requests of a front come in order: one with a number that is not higher than the last is a duplicate.
class LongPollHome {
 public:
  LongPollHome(channel::Host& host, LongPolls& polls, LongPollMail mail) : host_(host), polls_(polls), mail_(mail) {}

  void handle(std::string_view node, const parcel::Place& from, const parcel::Poll& message);
  void handle(std::string_view node, const parcel::Place& from, const parcel::Post& message);
  void handle(std::string_view node, const parcel::Place& from, const parcel::Forget& message);
  void handle(std::string_view node, const parcel::Place& from, const parcel::Confirm& message);

  std::size_t holds() const { return held_; }

 private:
  struct Held {
    LongPollId session;
    std::uint64_t poll = 0;     // once it waits
    std::uint64_t receipt = 0;  // once answered with messages
    std::size_t bytes = 0;      // of a post
    Timer unconfirmed = {};
  };
  /// A shard of another node, from one start to its end.
  struct Front {
    std::string node;
    parcel::Place place;
    std::uint64_t last_number = 0;
    std::map<std::uint64_t, Held> held = {};  // by number
  };
  using FrontPtr = std::shared_ptr<Front>;

  FrontPtr front(std::string_view node, const parcel::Place& place);
  FrontPtr find_front(std::string_view node, const parcel::Place& place) const;
  bool make_room();
  /// Where the request is kept until it is answered; nullptr: a duplicate, or refused, and the front heard it.
  FrontPtr begin(std::string_view node, const parcel::Place& from, std::uint64_t number, Held held);
  LongPollRespond respond_to(const FrontPtr& front, std::uint64_t number);
  void answer(const FrontPtr& front, std::uint64_t number, const LongPollAnswer& answer);
  void confirm(Front& front, std::uint64_t number, parcel::Delivery delivery);
  Held take(Front& front, std::uint64_t number);
  void drop(Front& front);

  channel::Host& host_;
  LongPolls& polls_;
  LongPollMail mail_;
  std::map<std::pair<std::string, std::uint32_t>, FrontPtr> fronts_;  // by node and shard
  std::size_t held_ = 0;
  std::size_t held_bytes_ = 0;
};

}  // namespace roost::transport
