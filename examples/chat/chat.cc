#include "chat/chat.h"

#include <chrono>
#include <utility>

#include "chat/text.h"

namespace chat {
namespace {

constexpr std::string_view kRoomPrefix = "room:";

std::string room_id(std::string_view topic) {
  return std::string(topic.substr(kRoomPrefix.size()));
}

double seconds_now() {
  using Milliseconds = std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<Milliseconds>(now).count()) / 1000.0;
}

std::optional<std::string> node_of(const roost::App& app) {
  if (app.options().cluster.nats.empty()) return std::nullopt;
  return app.node();
}

// What a joiner sees; nullopt if there is no such room.
std::optional<Entered> read_room(Store& store, std::string_view id) {
  auto room = store.room(id);
  if (!room) return std::nullopt;
  return Entered{std::move(*room), store.last_messages(id, kHistoryMessages)};
}

}  // namespace

void Lobby::events(roost::Events<Lobby>& on) {
  on.join_replies<RoomList>();
  on.event("create_room", &Lobby::create_room).replies<RoomInfo>();
  on.sends<RoomInfo>("room_created");
}

roost::JoinReply Lobby::join(std::string_view, const roost::Payload&) {
  return list_rooms();
}

roost::Task<roost::JoinReply> Lobby::list_rooms() {
  const auto read = [store = store_, &app = app_] { return RoomList{store->rooms(), node_of(app)}; };
  const RoomList list = co_await app_.blocking(read);
  co_return roost::ok(list);
}

roost::Task<roost::Reply> Lobby::create_room(CreateRoom wanted) {
  auto create = [store = store_, name = std::move(wanted.name)] { return store->create_room(name); };
  const auto room = co_await app_.blocking(create);
  if (!room) co_return roost::error({{"reason", room.error()}});
  broadcast("room_created", *room);
  co_return roost::ok(*room);
}

void Room::events(roost::Events<Room>& on) {
  on.join_replies<Entered>();
  on.event("new_msg", &Room::new_msg).replies<MessageId>();
  on.event("typing", &Room::typing);
  on.sends<Message>("new_msg");
  on.tracks<demo::Person>();
}

roost::JoinReply Room::join(std::string_view topic, const roost::Payload&) {
  after_join([this] {
    const auto& me = user<demo::User>();
    track(me.id, demo::Person{roost::unix_seconds(), me.name, false, node_of(app_)});
    push_presence_state();
  });
  return enter(room_id(topic));
}

roost::Task<roost::JoinReply> Room::enter(std::string id) {
  auto read = [store = store_, id = std::move(id)] { return read_room(*store, id); };
  const std::optional<Entered> entered = co_await app_.blocking(read);
  if (!entered) co_return roost::refuse({{"reason", "no such room"}});
  co_return roost::ok(*entered);
}

roost::Task<roost::Reply> Room::new_msg(NewMessage message) {
  std::string body(trim(message.body));
  if (body.empty()) co_return roost::error({{"reason", "empty message"}});
  if (count_characters(body) > kMessageLettersMax) co_return roost::error({{"reason", "message too long"}});

  // Broadcast where it is stored, not behind the wait: channels wake in any order, ids have one.
  auto send = [&app = app_, topic = topic()](const Message& stored) { app.broadcast(topic, "new_msg", stored); };
  auto add = [store = store_, room = room_id(topic()), me = user<demo::User>(), body = std::move(body), send] {
    return store->add_message(room, me, body, seconds_now(), send).id;
  };
  const std::int64_t id = co_await app_.blocking(add);
  co_return roost::ok(MessageId{id});
}

roost::Reply Room::typing(const Typing& now) {
  presence().update(user<demo::User>().id, [&now](boost::json::object meta) {
    meta["typing"] = now.typing;
    return meta;
  });
  return roost::ok();
}

}  // namespace chat
