#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <roost/app.hpp>

#include "user.h"

namespace contract {

struct Status {
  std::string status;
  boost::json::value response;
};
BOOST_DESCRIBE_STRUCT(Status, (), (status, response))

struct Message {
  std::string event;
  boost::json::value payload;
};
BOOST_DESCRIBE_STRUCT(Message, (), (event, payload))

struct Encoded {
  std::string base64;
};
BOOST_DESCRIBE_STRUCT(Encoded, (), (base64))

struct Wait {
  std::uint32_t ms;
  std::optional<int> times;
};
BOOST_DESCRIBE_STRUCT(Wait, (), (ms, times))

struct Assignment {
  std::string k;
  boost::json::value v;
};
BOOST_DESCRIBE_STRUCT(Assignment, (), (k, v))

struct Key {
  std::string k;
};
BOOST_DESCRIBE_STRUCT(Key, (), (k))

struct Topic {
  std::string topic;
};
BOOST_DESCRIBE_STRUCT(Topic, (), (topic))

struct Reason {
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(Reason, (), (reason))

/// `room:*`: a channel that does on request whatever a channel can do, one event for each.
class Room : public roost::Channel {
 public:
  explicit Room(roost::App& app) : app_(app) {}
  static void events(roost::Events<Room>& on);

  roost::JoinReply join(std::string_view topic, const roost::Payload& params);
  roost::Reply on_broadcast(const roost::Broadcast& broadcast) override;
  void terminate(const roost::End& end) override;

  void new_msg(const roost::Payload& payload);
  roost::Reply shout_others(const roost::Payload& payload);
  roost::Reply echo(const roost::Payload& payload);
  roost::Reply echo_error(const roost::Payload& payload);
  roost::Reply bare_error();
  roost::Reply status(const Status& wanted);
  void push_me(const roost::Payload& payload);
  void push_event(const Message& message);
  void binary_shout(const roost::Payload& bytes);
  roost::Reply to_binary(const Encoded& encoded);
  roost::Reply to_json(const roost::Payload& bytes);
  roost::Reply order();
  void silent();
  void later(const Wait& wait);
  void spawn_later(const Wait& wait);
  roost::Task<roost::Reply> sleep(Wait wait);
  roost::Reply assign(const Assignment& assignment);
  roost::Reply get(const Key& key);
  roost::Reply whoami();
  roost::Reply info();
  void intercept_me(const roost::Payload& payload);
  void intercepted(const roost::Payload& payload);
  roost::Reply subscribe_to(const Topic& other);
  roost::Reply unsubscribe_from(const Topic& other);
  void crash();
  roost::Reply stop(const Reason& why);
  roost::Reply stop_reply(const Reason& why);
  void drain_me();

 private:
  roost::App& app_;
  std::map<std::string, boost::json::value> kept_;
  std::optional<std::string> obituary_;  // the topic that hears of this channel's end
};

}  // namespace contract
