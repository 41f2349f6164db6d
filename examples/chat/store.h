#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include "chat/sqlite.h"
#include "demo/user.h"

namespace chat {

struct RoomInfo {
  std::string id;  // the rest of the topic, "robots" of "room:robots"
  std::string name;
  friend bool operator==(const RoomInfo&, const RoomInfo&) = default;
};
BOOST_DESCRIBE_STRUCT(RoomInfo, (), (id, name))

struct Message {
  std::int64_t id = 0;  // grows with each message of any room
  demo::User user;
  std::string body;
  double at = 0;  // seconds since 1970
};
BOOST_DESCRIBE_STRUCT(Message, (), (id, user, body, at))

inline constexpr std::size_t kRoomsMax = 200;           // one list on one page
inline constexpr std::size_t kRoomNameLettersMax = 40;  // fits a line of that list
inline constexpr std::int64_t kMessagesKeptMax = 1000;  // of each room; the page shows the last 50

/// Rooms and their messages in a SQLite file. All methods may be called from any thread and block: call them in
/// App::blocking. A throw (std::runtime_error) means that the database failed.
class Store {
 public:
  /// Opens or creates the file, which may hold other tables too. The room "General" is always there.
  explicit Store(const std::string& path);

  /// By name.
  std::vector<RoomInfo> rooms();
  std::optional<RoomInfo> room(std::string_view id);
  /// The new room, or a sentence for the user saying why there is none.
  std::expected<RoomInfo, std::string> create_room(std::string_view name);

  /// Keeps a message, gives it its id, and calls `stored` with it before any other message is kept: what `stored`
  /// publishes goes out in the order of the ids. `stored` must not call the store.
  Message add_message(std::string_view room_id, const demo::User& user, std::string_view body, double at,
                      const std::function<void(const Message&)>& stored = {});
  /// The last `count` messages of a room, oldest first.
  std::vector<Message> last_messages(std::string_view room_id, std::int64_t count);

 private:
  std::optional<std::string> unfit_name(std::string_view name, std::string_view id);

  std::mutex mutex_;
  // under mutex_
  Database db_;
  Statement rooms_, room_, count_rooms_, insert_room_, insert_message_, forget_messages_, last_messages_;
};

}  // namespace chat
