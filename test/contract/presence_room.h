#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <roost/app.hpp>

#include "user.h"

namespace contract {

/// A key, the user_id if it is missing, with a meta.
struct Entry {
  std::optional<std::string> key;
  boost::json::object meta;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (key, meta))

struct EntryKey {
  std::optional<std::string> key;
};
BOOST_DESCRIBE_STRUCT(EntryKey, (), (key))

/// `presence:*`: Presence, event by event.
class PresenceRoom : public roost::Channel {
 public:
  struct JoinParams {
    std::optional<bool> track;
    std::optional<std::string> key;
    std::optional<boost::json::object> meta;
    BOOST_DESCRIBE_CLASS(JoinParams, (), (track, key, meta), (), ())
  };

  explicit PresenceRoom(roost::App& app) : app_(app) {}
  static void events(roost::Events<PresenceRoom>& on);
  roost::JoinReply join(std::string_view topic, const roost::Payload& params);

  roost::Reply track(const Entry& entry);
  roost::Reply update(const Entry& entry);
  roost::Reply merge(const Entry& entry);
  roost::Reply untrack(const EntryKey& which);
  /// Presences of the application, as long as the channel lives: what it tracks or changes, and lets go.
  roost::Reply hold(const Entry& entry);
  roost::Reply release(const EntryKey& which);
  roost::Task<roost::Reply> list();
  roost::Task<roost::Reply> get(EntryKey which);
  void crash();

 private:
  const std::string& key_or_self(const std::optional<std::string>& key) const { return key ? *key : user<User>().id; }

  roost::App& app_;
  std::string topic_;
  std::map<std::string, roost::TrackedPresence, std::less<>> held_;
};

/// The fetch of topics that begin with `presence:fetch`: every presence has a name.
boost::json::object with_names(std::string_view topic, boost::json::object grouped);

/// The same for `presence:slow`, after a while that is different each time; now and then it fails.
roost::Task<boost::json::object> with_names_later(const std::string& topic, boost::json::object grouped);

}  // namespace contract
