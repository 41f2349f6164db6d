#pragma once

#include <string_view>

#include "transport/longpoll_front.h"
#include "transport/longpoll_home.h"

namespace roost::transport {

/// What one shard has to do with long polls of other nodes. Shard thread only.
class LongPollRelay {
 public:
  LongPollRelay(channel::Host& host, LongPolls& polls, LongPollLink& link)
      : tokens_(polls.tokens()),
        mail_{link, {host.shard, polls.tokens().server()}},
        front_(host, mail_),
        home_(host, polls, mail_) {}

  LongPollFront& front() { return front_; }
  const LongPollHome& home() const { return home_; }

  /// What a shard of that node says to this one.
  void handle(std::string_view node, std::string_view bytes);

 private:
  void answer_ask(std::string_view node, const parcel::Place& from);

  const LongPollTokens& tokens_;
  LongPollMail mail_;
  LongPollFront front_;
  LongPollHome home_;
};

/// The last word of a server: for every shard of every other node.
std::string longpoll_goodbye(std::uint64_t server);

}  // namespace roost::transport
