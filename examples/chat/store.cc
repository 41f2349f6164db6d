#include "chat/store.h"

#include <algorithm>

#include "chat/text.h"

namespace chat {
namespace {

// synchronous NORMAL: with a write-ahead log a crash of the program loses nothing, one of the machine perhaps the last
// messages.
constexpr const char* kSchema = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS chat_rooms (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS chat_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id TEXT NOT NULL, user_id TEXT NOT NULL, user_name TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL);
  CREATE INDEX IF NOT EXISTS chat_messages_of_room ON chat_messages (room_id, id);
  INSERT OR IGNORE INTO chat_rooms VALUES ('general', 'General');
)";

constexpr const char* kForget =
    "DELETE FROM chat_messages WHERE room_id = ?1 AND id <="
    " (SELECT id FROM chat_messages WHERE room_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";

Database open(const std::string& path) {
  Database db(path);
  db.execute(kSchema);
  return db;
}

}  // namespace

Store::Store(const std::string& path)
    : db_(open(path)),
      rooms_(db_.prepare("SELECT id, name FROM chat_rooms ORDER BY name, id")),
      room_(db_.prepare("SELECT id, name FROM chat_rooms WHERE id = ?1")),
      count_rooms_(db_.prepare("SELECT count(*) FROM chat_rooms")),
      insert_room_(db_.prepare("INSERT OR IGNORE INTO chat_rooms VALUES (?1, ?2)")),
      insert_message_(
          db_.prepare("INSERT INTO chat_messages (room_id, user_id, user_name, body, at) VALUES (?1, ?2, ?3, ?4, ?5)")),
      forget_messages_(db_.prepare(kForget)),
      last_messages_(db_.prepare("SELECT id, user_id, user_name, body, at FROM chat_messages WHERE room_id = ?1"
                                 " ORDER BY id DESC LIMIT ?2")) {}

std::vector<RoomInfo> Store::rooms() {
  const std::lock_guard lock(mutex_);
  std::vector<RoomInfo> rooms;
  Query rows(rooms_);
  while (rows.next()) rooms.push_back({rows.text(0), rows.text(1)});
  return rooms;
}

std::optional<RoomInfo> Store::room(std::string_view id) {
  const std::lock_guard lock(mutex_);
  Query rows(room_, id);
  if (!rows.next()) return std::nullopt;
  return RoomInfo{rows.text(0), rows.text(1)};
}

std::optional<std::string> Store::unfit_name(std::string_view name, std::string_view id) {
  if (name.empty()) return "a room needs a name";
  if (count_characters(name) > kRoomNameLettersMax) return "that name is too long";
  if (id.empty()) return "a name needs a letter or a digit";
  return std::nullopt;
}

std::expected<RoomInfo, std::string> Store::create_room(std::string_view text) {
  const std::string_view name = trim(text);
  const RoomInfo room{slug(name), std::string(name)};
  if (auto why = unfit_name(room.name, room.id)) return std::unexpected(std::move(*why));

  const std::lock_guard lock(mutex_);
  Query count(count_rooms_);
  count.next();
  if (count.integer(0) >= static_cast<std::int64_t>(kRoomsMax)) return std::unexpected("there are too many rooms");
  Query(insert_room_, std::string_view(room.id), std::string_view(room.name)).run();
  if (db_.changes() == 0) return std::unexpected("there is a room of that name already");
  return room;
}

Message Store::add_message(std::string_view room_id, const demo::User& user, std::string_view body, double at,
                           const std::function<void(const Message&)>& stored) {
  const std::lock_guard lock(mutex_);
  Query(insert_message_, room_id, std::string_view(user.id), std::string_view(user.name), body, at).run();
  const Message message{db_.last_id(), user, std::string(body), at};
  Query(forget_messages_, room_id, kMessagesKeptMax).run();
  if (stored) stored(message);
  return message;
}

std::vector<Message> Store::last_messages(std::string_view room_id, std::int64_t count) {
  const std::lock_guard lock(mutex_);
  std::vector<Message> messages;
  Query rows(last_messages_, room_id, count);
  while (rows.next()) messages.push_back({rows.integer(0), {rows.text(1), rows.text(2)}, rows.text(3), rows.real(4)});
  std::ranges::reverse(messages);
  return messages;
}

}  // namespace chat
