#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <roost/payload.hpp>
#include <roost/presence.hpp>
#include <roost/task.hpp>

namespace roost {

namespace server {
class PresenceLink;
}

/// Owns one presence that is no channel's: a device, a job, the application itself. See TopicPresence::track.
///
/// While it lives, its key is in the topic with its meta, for the clients and on all nodes as any other; each one has a
/// meta of its own, also where several have the same key. Destroyed, moved over or untracked it leaves at once; when
/// the App stops, it leaves with all others of the node, and 15 s after a crash. May be moved, to other threads too,
/// and may outlive its App. Keep several together, and let them go together, in a container. Its calls may be made by
/// several threads at a time; one that was moved from is like one that was untracked.
class [[nodiscard]] TrackedPresence {
 public:
  struct State;
  TrackedPresence() = default;
  explicit TrackedPresence(std::shared_ptr<State> state) : state_(std::move(state)) {}
  TrackedPresence(TrackedPresence&&) noexcept = default;
  TrackedPresence& operator=(TrackedPresence&& other) noexcept {
    std::swap(state_, other.state_);
    other.untrack();
    return *this;
  }
  ~TrackedPresence() { untrack(); }

  /// "" for one that was moved from, as for the next two.
  std::string topic() const;
  std::string key() const;
  /// That of the meta that was given last.
  std::string phx_ref() const;

  /// Replaces the meta, an object (else std::invalid_argument). Its phx_ref; or nopresence when it was untracked or
  /// refused, meta_too_large, or stopped: then the old one stays. Of several before the topic's home looked, it sees
  /// the last.
  std::expected<std::string, PresenceError> update(const Payload& meta);
  /// The same, by a function of the old meta (in which is its phx_ref). It is called again if another thread was
  /// quicker with an update.
  std::expected<std::string, PresenceError> update(
      const std::function<boost::json::object(boost::json::object)>& change);
  /// Also fine when it was untracked before.
  void untrack();

  /// What the topic's home, which alone can judge it, said of it: nothing (also when it was untracked meanwhile), or
  /// too_many_keys or too_many_metas, and then it is not tracked. `co_await presence.confirm()`, or
  /// `presence.confirm().wait()` on a thread of your own. A WorkRefused if the App has stopped, std::logic_error before
  /// its start.
  Async<std::expected<void, PresenceError>> confirm() const;

 private:
  std::shared_ptr<State> state_;
};

/// The presences of one topic, from anywhere: a thread of your own, an agent, a handler of another topic. See
/// App::presence. A copy is the same; it may outlive its App.
class TopicPresence {
 public:
  TopicPresence(std::shared_ptr<server::PresenceLink> link, std::string topic)
      : link_(std::move(link)), topic_(std::move(topic)) {}
  const std::string& topic() const { return topic_; }

  /// Tracks `key` with `meta`, an object (else std::invalid_argument), for as long as what it gives lives.
  ///
  /// Any thread, never blocks; before the App's start it is tracked from the start on. An error is a limit of
  /// PresenceOptions (key_too_long, meta_too_large; too_many_own_keys: keys_of_app_max), which is counted, or stopped;
  /// nothing was tracked then. What only the topic's home can judge is told by TrackedPresence::confirm, and the log
  /// has a line of it. Source: Phoenix.Presence.track/4, whose owner is a process.
  std::expected<TrackedPresence, PresenceError> track(std::string_view key, const Payload& meta) const;

  /// The whole topic: {key: {"metas": [...]}}, with the fields of fetch. What the calling thread tracked here before is
  /// in it. `co_await` it in a Task, or `.wait()` on a thread of your own. A WorkRefused if the App has stopped,
  /// std::logic_error before its start.
  Async<boost::json::object> list() const;
  /// One key's presence, {"metas": [...]}, or an empty array if there is none. Else like list.
  Async<boost::json::value> get_by_key(std::string key) const;

 private:
  std::shared_ptr<server::PresenceLink> link_;
  std::string topic_;
};

}  // namespace roost
