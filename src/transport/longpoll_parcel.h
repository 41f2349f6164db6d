#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "transport/longpoll_token.h"

namespace roost::transport {

/// What nodes say to each other about long-poll sessions: `longpoll_parcel.cc` has the grammar. Views are into the
/// bytes.
namespace parcel {

/// A shard of a server; a server is a node from one start to its end.
struct Place {
  std::uint32_t shard = 0;
  std::uint64_t server = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};
inline constexpr std::uint32_t kEveryShard = 0xffff'ffff;

struct Ask {};  // to all nodes: who is the server that this is for?
struct Key {    // it is me, and this tells my tokens from others
  std::string_view secret;
};
struct Ping {};  // is that server still there?
struct Pong {};
struct Bye {  // that server is no more
  std::uint64_t server = 0;
};
struct Poll {
  std::uint64_t number = 0;  // of the request, in its front's count
  LongPollId session;
};
struct Post {
  struct Line {
    bool binary = false;
    std::string_view bytes;
  };
  std::uint64_t number = 0;
  LongPollId session;
  std::vector<Line> lines;
};
struct Forget {  // the client of that poll is gone
  std::uint64_t number = 0;
};
struct Answer {
  std::uint64_t number = 0;
  int status = 0;
  std::vector<std::string_view> messages;  // with some: to be confirmed
};
/// What became of an answer with messages.
enum class Delivery : unsigned char {
  made,     // the client was given them
  failed,   // it was gone before: they are to be kept
  unknown,  // nobody can tell
};
struct Confirm {
  std::uint64_t number = 0;
  Delivery delivery = Delivery::unknown;
};

using Message = std::variant<Ask, Key, Ping, Pong, Bye, Poll, Post, Forget, Answer, Confirm>;
struct Parcel {
  Place to;
  Place from;
  Message message;
};

std::string encode(const Parcel& parcel);
/// nullopt: not one of ours.
std::optional<Parcel> decode(std::string_view bytes);
/// Which shard it is for; all that is needed to hand it on.
std::optional<std::uint32_t> shard_of(std::string_view bytes);

}  // namespace parcel

/// The way to the long-poll sessions of other nodes. Any thread.
class LongPollLink {
 public:
  virtual void send(std::string_view parcel) = 0;  // to every other node
  virtual void send_to(std::string_view node, std::string_view parcel) = 0;

 protected:
  ~LongPollLink() = default;
};

/// What one shard sends there.
struct LongPollMail {
  LongPollLink& link;
  parcel::Place here;

  void send(std::string_view node, parcel::Place to, parcel::Message message) {
    link.send_to(node, parcel::encode({to, here, std::move(message)}));
  }
  void send_all(parcel::Place to, parcel::Message message) {
    link.send(parcel::encode({to, here, std::move(message)}));
  }
};

}  // namespace roost::transport
