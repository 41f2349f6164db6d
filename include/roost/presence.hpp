#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include <roost/payload.hpp>
#include <roost/task.hpp>

namespace roost {

enum class PresenceError {
  already_tracked,  // this channel tracks that key already
  nopresence,       // this channel does not track that key
};
/// "already_tracked" or "nopresence", as Phoenix names them.
std::string_view to_string(PresenceError error);

/// Adds fields next to `metas` for a list or a diff of `topic` (PROTOCOL Q10).
///
/// `grouped`: {key: {"metas": [meta, …]}}; return it with more fields beside `metas`, all keys kept. Called once with
/// the joins and once with the leaves of each diff. Runs on the topic's home shard; must not block. A throw, or a
/// field that JSON cannot hold (NaN, infinity), is logged and the presences go out without the fields. Source:
/// Phoenix.Presence.fetch/2.
using PresenceFetch = std::function<boost::json::object(std::string_view topic, boost::json::object grouped)>;

namespace channel {
class Process;
}

/// The presences of a channel's topic, for use inside its handlers.
///
/// A presence belongs to the channel that tracked it and leaves when the channel ends. Who watches the topic gets
/// `presence_diff`; a joiner gets the whole with push_presence_state. One channel may track many keys; many channels
/// (tabs, devices) may track one key, each with a meta of its own.
class PresenceHandle {
 public:
  explicit PresenceHandle(channel::Process& process) : process_(&process) {}

  /// Tracks `key` with `meta`, an object (else std::invalid_argument). The phx_ref it got, or already_tracked.
  std::expected<std::string, PresenceError> track(std::string_view key, const Payload& meta);
  /// Replaces the meta. The new phx_ref, or nopresence.
  std::expected<std::string, PresenceError> update(std::string_view key, const Payload& meta);
  /// The same, by a function of the old meta (in which is its phx_ref).
  std::expected<std::string, PresenceError> update(
      std::string_view key, const std::function<boost::json::object(boost::json::object)>& change);
  /// Also fine when nothing was tracked.
  void untrack(std::string_view key);

  /// The whole topic: {key: {"metas": [...]}}, with the fields of fetch. What was tracked before on this channel is in
  /// it.
  Async<boost::json::object> list();
  /// One key's presence, or an empty array if there is none.
  Async<boost::json::value> get_by_key(std::string key);

 private:
  channel::Process* process_;  // the channel's; a handle is used at once, inside a handler
};

}  // namespace roost
