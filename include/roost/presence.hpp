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

/// Why something is not tracked. The limits are in PresenceOptions, and the rate in SocketLimits.
enum class PresenceError {
  already_tracked,    // this channel tracks that key already
  nopresence,         // this channel does not track that key
  key_too_long,       // key_bytes_max
  meta_too_large,     // meta_bytes_max
  too_many_own_keys,  // keys_per_channel_max, keys_of_app_max
  too_many_calls,     // SocketLimits::presence_calls
  too_many_keys,      // keys_per_topic_max; said a moment later
  too_many_metas,     // metas_per_key_max; said a moment later
  stopped,            // the App has stopped
};
/// "already_tracked" and so on; the first two as Phoenix names them.
std::string_view to_string(PresenceError error);

/// Adds fields next to `metas` for a list or a diff of `topic` (PROTOCOL Q10).
///
/// `grouped`: {key: {"metas": [meta, …]}}; return it with more fields beside `metas`, all keys kept. Called once with
/// the joins and once with the leaves of each diff. Runs on the topic's home shard; must not block. A throw, or a
/// field that JSON cannot hold (NaN, infinity), is logged and the presences go out without the fields. Source:
/// Phoenix.Presence.fetch/2.
using PresenceFetch = std::function<boost::json::object(std::string_view topic, boost::json::object grouped)>;

/// The same for fields that have to be waited for: a coroutine, which may look into a database.
///
/// `topic` lasts until the coroutine ends; `grouped` is for a parameter that is a value. Called for the joins and for
/// the leaves of a diff and for a list, at the same time and each unless it is empty; a list may be that of some keys
/// alone. All that a topic tells keeps its order meanwhile: a topic waits for one fetch at a time, what changes until
/// then is gathered into the next diff, and `presence_state`, list and get_by_key wait for their turn. So a slow
/// database makes presences late, but neither a shard nor a queue full. Runs on the topic's home shard, one topic's
/// beside another's.
///
/// A throw, a field that JSON cannot hold, or no answer within PresenceOptions::fetch_timeout lose the fields of that
/// part alone: the log has a line, fetch_crashed or fetch_timeout, and roost_presence_fetches_failed_total counts it.
/// Source: Phoenix.Presence.fetch/2, whose task per diff this is.
using AsyncPresenceFetch =
    std::function<Task<boost::json::object>(const std::string& topic, boost::json::object grouped)>;

/// One diff of a topic, for the application itself. Everything lasts for the call.
struct PresenceChange {
  std::string_view topic;
  const boost::json::object& joins;  // {key: {"metas": [meta, …]}} with the fields of fetch, as clients get it
  const boost::json::object& leaves;
  /// {key: [meta, …]}: all that are there after this diff, on all nodes. It is made when it is called, and costs what a
  /// list does.
  const std::function<boost::json::object()>& presences;
};

/// Hears every diff of a topic's presences, in order, after it was sent to this node's clients (PROTOCOL Q14).
///
/// Called on each node, also where nobody has joined the topic; changes are gathered as they are for clients (see
/// PresenceOptions), and an update is a leave of the old meta and a join of the new one. Runs on the topic's home
/// shard; must not block, may call anything of App. A throw is logged and loses nothing. Source:
/// Phoenix.Presence.handle_metas/4.
using PresenceObserver = std::function<void(const PresenceChange& change)>;

/// What clients are told of a topic's presences. What the server itself asks for or hears is everybody in any mode.
class PresenceMode {
 public:
  /// Who is there, and each change.
  static const PresenceMode full;
  /// Clients that connect with roost=1 (those of @roost/react): how many keys and metas there are, a few bytes however
  /// large the room. All others: everything.
  static const PresenceMode counts;
  /// The first `keys` keys in the order of their bytes, each with all its metas, as if they were all: in a room of
  /// 5,000 next to nothing happens among the first ten. Clients that connect with roost=1 are told, too, how many there
  /// are. push_presence_state gives them as they were when the last change was told, so who has just been tracked may
  /// not be among them yet.
  static constexpr PresenceMode top(std::size_t keys) { return {Kind::top, keys}; }

  constexpr bool is_top() const { return kind_ == Kind::top; }
  constexpr std::size_t top_keys() const { return keys_; }
  /// Whether clients of ours are told how many there are.
  constexpr bool counted() const { return kind_ != Kind::full; }
  friend constexpr bool operator==(const PresenceMode&, const PresenceMode&) = default;

 private:
  enum class Kind { full, counts, top };
  constexpr PresenceMode(Kind kind, std::size_t keys) : kind_(kind), keys_(keys) {}
  Kind kind_;
  std::size_t keys_;  // of Kind::top
};
inline constexpr PresenceMode PresenceMode::full{Kind::full, 0};
inline constexpr PresenceMode PresenceMode::counts{Kind::counts, 0};

/// What an application says of the presences of a channel's topics; see SocketMount.
struct PresenceHooks {
  PresenceFetch fetch = {};
  AsyncPresenceFetch fetch_later = {};  // instead of fetch
  PresenceObserver on_metas = {};
  PresenceMode mode = PresenceMode::full;
  bool any() const { return fetch || fetch_later || on_metas || mode != PresenceMode::full; }
};

namespace channel {
class Process;
}

/// The presences of a channel's topic, for use inside its handlers.
///
/// A presence belongs to the channel that tracked it and leaves when the channel ends. Who watches the topic gets
/// `presence_diff`; a joiner gets the whole with push_presence_state. One channel may track many keys; many channels
/// (tabs, devices) may track one key, each with a meta of its own. Every error but the first two of PresenceError is a
/// limit; it is counted in roost_limit_hits_total, and nothing was changed.
class PresenceHandle {
 public:
  explicit PresenceHandle(channel::Process& process) : process_(&process) {}

  /// Tracks `key` with `meta`, an object (else std::invalid_argument). The phx_ref it got, or already_tracked, or a
  /// limit. The limits that only the topic's home can judge come later: see Channel::presence_refused.
  std::expected<std::string, PresenceError> track(std::string_view key, const Payload& meta);
  /// Replaces the meta. The new phx_ref, or nopresence, or a limit: then the old one stays.
  std::expected<std::string, PresenceError> update(std::string_view key, const Payload& meta);
  /// The same, by a function of the old meta (in which is its phx_ref).
  std::expected<std::string, PresenceError> update(
      std::string_view key, const std::function<boost::json::object(boost::json::object)>& change);
  /// Also fine when nothing was tracked.
  void untrack(std::string_view key);

  /// The whole topic: {key: {"metas": [...]}}, with the fields of fetch. What was tracked before on this channel is in
  /// it. With an AsyncPresenceFetch it waits for its turn, and for the fetch. Beyond SocketLimits::presence_calls a
  /// WorkRefused is thrown where it is awaited, here and below.
  Async<boost::json::object> list();
  /// One key's presence, or an empty array if there is none.
  Async<boost::json::value> get_by_key(std::string key);

 private:
  channel::Process* process_;  // the channel's; a handle is used at once, inside a handler
};

}  // namespace roost
