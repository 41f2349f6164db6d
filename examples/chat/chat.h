#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <roost/app.hpp>

#include "chat/store.h"

namespace chat {

inline constexpr std::size_t kMessageLettersMax = 2000;  // a page of text
inline constexpr std::int64_t kHistoryMessages = 50;     // what a joiner sees of before

struct CreateRoom {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(CreateRoom, (), (name))

/// The answer to a join of the lobby.
struct RoomList {
  std::vector<RoomInfo> rooms;
  std::optional<std::string> node = {};  // who says so, in a cluster
};
BOOST_DESCRIBE_STRUCT(RoomList, (), (rooms, node))

/// Topic `lobby`: the list of rooms.
class Lobby : public roost::Channel {
 public:
  Lobby(roost::App& app, std::shared_ptr<Store> store) : app_(app), store_(std::move(store)) {}
  static void events(roost::Events<Lobby>& on);

  /// Answered with a RoomList.
  roost::JoinReply join(std::string_view topic, const roost::Payload& params);
  /// ok RoomInfo, which everybody hears as `room_created`; or error with a reason.
  roost::Task<roost::Reply> create_room(CreateRoom wanted);

 private:
  roost::Task<roost::JoinReply> list_rooms();

  roost::App& app_;
  std::shared_ptr<Store> store_;
};

struct NewMessage {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(NewMessage, (), (body))

struct Typing {
  bool typing;
};
BOOST_DESCRIBE_STRUCT(Typing, (), (typing))

/// The answer to a join of a room: the last messages, oldest first.
struct Entered {
  RoomInfo room;
  std::vector<Message> messages;
};
BOOST_DESCRIBE_STRUCT(Entered, (), (room, messages))

/// The answer to a new message.
struct MessageId {
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(MessageId, (), (id))

/// Topics `room:*`: messages, who is here, and who is writing.
///
/// A message has an id, and messages go out in the order of their ids. A join first hears the topic, then reads the
/// history: what is written in between is in the history, or follows the reply, or both, and then the page knows it by
/// its id.
class Room : public roost::Channel {
 public:
  Room(roost::App& app, std::shared_ptr<Store> store) : app_(app), store_(std::move(store)) {}
  static void events(roost::Events<Room>& on);

  /// Answered with Entered.
  roost::JoinReply join(std::string_view topic, const roost::Payload& params);
  /// ok MessageId, and everybody hears the Message as `new_msg`; or error with a reason.
  roost::Task<roost::Reply> new_msg(NewMessage message);
  /// Shows in the presence whether the user is writing.
  roost::Reply typing(const Typing& now);

 private:
  roost::Task<roost::JoinReply> enter(std::string room_id);

  roost::App& app_;
  std::shared_ptr<Store> store_;
};

}  // namespace chat
