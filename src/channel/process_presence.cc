#include <stdexcept>

#include "base/limits.h"
#include "channel/process_extras.h"
#include "channel/session.h"

// The presences of a channel: what it tracks is known here, what the topic holds is known to the PresencePort.
namespace roost::channel {
namespace {

void check(std::string_view key, const Payload& meta) {
  if (!meta.is_object()) throw std::invalid_argument("a presence meta is a JSON object");
  if (key.size() > limits::kPresenceKeyBytesMax) throw std::length_error("a presence key is too long");
  if (meta.view().size() > limits::kPresenceMetaBytesMax) throw std::length_error("a presence meta is too large");
}

/// The phx_ref of a meta that PresencePort::stamp made: it stands in front.
std::string_view ref_of(const SharedBytes& meta) {
  constexpr std::string_view kOpening = R"({"phx_ref":")";
  const std::string_view rest = meta.view().substr(kOpening.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace

SharedBytes* Process::find_tracked(std::string_view key) {
  if (!tracked_) return nullptr;
  const auto found = tracked_->find(key);
  return found == tracked_->end() ? nullptr : &found->second;
}

std::expected<std::string, PresenceError> Process::track(std::string_view key, const Payload& meta) {
  require_joined("track");
  check(key, meta);
  if (!tracked_) tracked_ = std::make_unique<Tracked>();
  Tracked& tracked = *tracked_;
  if (tracked.find(key) != tracked.end()) return std::unexpected(PresenceError::already_tracked);
  if (tracked.size() >= limits::kPresencesPerChannelMax) throw std::length_error("too many presences on one channel");
  auto stamped = host().presence.stamp(meta.view(), "");
  host().presence.track(id_, topic_, key, stamped.json);
  tracked.emplace(key, std::move(stamped.json));
  return stamped.phx_ref;
}

std::expected<std::string, PresenceError> Process::update(std::string_view key, const Payload& meta) {
  require_joined("update");
  check(key, meta);
  SharedBytes* const old = find_tracked(key);
  if (!old) return std::unexpected(PresenceError::nopresence);
  auto stamped = host().presence.stamp(meta.view(), ref_of(*old));
  host().presence.update(id_, topic_, key, stamped.json);
  *old = std::move(stamped.json);
  return stamped.phx_ref;
}

std::expected<std::string, PresenceError> Process::update(
    std::string_view key, const std::function<boost::json::object(boost::json::object)>& change) {
  const SharedBytes* const stored = find_tracked(key);
  if (!stored) return std::unexpected(PresenceError::nopresence);
  boost::json::value old = Payload::trusted(*stored, false).json();
  return update(key, Payload(boost::json::value(change(std::move(old.get_object())))));
}

void Process::untrack(std::string_view key) {
  if (!find_tracked(key)) return;
  host().presence.untrack(id_, topic_, key);
  tracked_->erase(tracked_->find(key));
}

void Process::push_presence_state() {
  require_joined("push_presence_state");
  host().presence.state(topic_, [weak = weak_from_this()](SharedBytes state) {
    const auto self = weak.lock();
    if (!self || self->detached_) return;
    // A serializer of the application's own may refuse it.
    const bool pushed = invoke(self->host().log, self->site("presence_state"), [&] { self->send_state(state); });
    if (!pushed) self->crash();
  });
}

void Process::send_state(const SharedBytes& state) {
  const wire::Serializer& serializer = session_.serializer();
  session_.send(host().state_frames.get(state, topic_, reply_ref_, &serializer, session_.head(), [&] {
    auto frame = serializer.encode_push(reply_ref_, topic_, "presence_state", {state.view(), false}, session_.head());
    if (!frame) throw std::invalid_argument("presence_state: " + frame.error().text());
    return std::move(*frame);
  }));
}

}  // namespace roost::channel
