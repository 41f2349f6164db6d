#include <stdexcept>

#include "channel/process_extras.h"
#include "channel/session.h"

// The presences of a channel: what it tracks is known here, what the topic holds is known to the PresencePort.
namespace roost::channel {
namespace {

Count count_of(PresenceError why) {
  switch (why) {
    case PresenceError::too_many_own_keys:
      return Count::limit_presence_own_keys;
    case PresenceError::too_many_calls:
      return Count::limit_presence_calls;
    default:
      return Count::limit_presence_bytes;
  }
}

/// The phx_ref of a meta that PresencePort::stamp made: it stands in front.
std::string_view ref_of(const SharedBytes& meta) {
  constexpr std::string_view kOpening = R"({"phx_ref":")";
  const std::string_view rest = meta.view().substr(kOpening.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace

Process::TrackedMeta* Process::find_tracked(std::string_view key) {
  if (!tracked_) return nullptr;
  const auto found = tracked_->find(key);
  return found == tracked_->end() ? nullptr : &found->second;
}

/// What is wrong with it by a limit that can be judged here.
std::optional<PresenceError> Process::check_presence(std::string_view key, const Payload& meta) {
  if (!meta.is_object()) throw std::invalid_argument("a presence meta is a JSON object");
  const PresenceOptions& limits = host().presences;
  if (!session_.take_presence_call()) return PresenceError::too_many_calls;
  if (key.size() > limits.key_bytes_max) return PresenceError::key_too_long;
  if (meta.view().size() > limits.meta_bytes_max) return PresenceError::meta_too_large;
  return std::nullopt;
}

std::unexpected<PresenceError> Process::refuse_presence(PresenceError why) {
  host().metrics.add(count_of(why));
  host().log.write(LogLevel::debug, "presence refused", {{"topic", topic_}, {"why", to_string(why)}});
  return std::unexpected(why);
}

std::expected<std::string, PresenceError> Process::track(std::string_view key, const Payload& meta) {
  require_joined("track");
  if (const auto wrong = check_presence(key, meta)) return refuse_presence(*wrong);
  if (!tracked_) tracked_ = std::make_unique<Tracked>();
  Tracked& tracked = *tracked_;
  if (tracked.find(key) != tracked.end()) return std::unexpected(PresenceError::already_tracked);
  if (tracked.size() >= host().presences.keys_per_channel_max) return refuse_presence(PresenceError::too_many_own_keys);
  auto stamped = host().presence.stamp(meta.view(), "");
  const std::uint64_t number = host().make_id();
  host().presence.track(id_, topic_, key, stamped.json,
                        [weak = weak_from_this(), key = std::string(key), number](PresenceError why) {
                          if (const auto self = weak.lock()) self->presence_refused(key, number, why);
                        });
  tracked.emplace(key, TrackedMeta{std::move(stamped.json), number});
  return stamped.phx_ref;
}

/// By the topic's home. What is untracked by now, or tracked anew, was answered already.
void Process::presence_refused(const std::string& key, std::uint64_t number, PresenceError why) {
  const TrackedMeta* const refused = find_tracked(key);
  if (detached_ || !refused || refused->number != number) return;
  tracked_->erase(tracked_->find(key));
  enqueue({.kind = Item::Kind::work, .what = "presence_refused", .work = [this, key, why] {
             channel_->presence_refused(key, why);
             return Reply();
           }});
  wake();
}

std::expected<std::string, PresenceError> Process::update(std::string_view key, const Payload& meta) {
  require_joined("update");
  if (const auto wrong = check_presence(key, meta)) return refuse_presence(*wrong);
  TrackedMeta* const old = find_tracked(key);
  if (!old) return std::unexpected(PresenceError::nopresence);
  auto stamped = host().presence.stamp(meta.view(), ref_of(old->json));
  host().presence.update(id_, topic_, key, stamped.json);
  old->json = std::move(stamped.json);
  return stamped.phx_ref;
}

std::expected<std::string, PresenceError> Process::update(
    std::string_view key, const std::function<boost::json::object(boost::json::object)>& change) {
  const TrackedMeta* const stored = find_tracked(key);
  if (!stored) return std::unexpected(PresenceError::nopresence);
  boost::json::value old = Payload::trusted(stored->json, false).json();
  return update(key, Payload(boost::json::value(change(std::move(old.get_object())))));
}

void Process::untrack(std::string_view key) {
  if (!find_tracked(key)) return;
  host().presence.untrack(id_, topic_, key);
  tracked_->erase(tracked_->find(key));
}

void Process::count_presence_call() {
  if (session_.take_presence_call()) return;
  host().metrics.add(Count::limit_presence_calls);
  throw WorkRefused("presence_calls");
}

void Process::push_presence_state() {
  require_joined("push_presence_state");
  count_presence_call();
  const auto then = [weak = weak_from_this()](std::string_view event, const SharedBytes& state) {
    const auto self = weak.lock();
    if (!self || self->detached_) return;
    // A serializer of the application's own may refuse it.
    const bool pushed = invoke(self->host().log, self->site("presence_state"), [&] { self->send_state(event, state); });
    if (!pushed) self->crash();
  };
  if (is_ours()) return host().presence.our_state(topic_, then);
  host().presence.state(topic_, [then](SharedBytes state) { then("presence_state", state); });
}

void Process::send_state(std::string_view event, const SharedBytes& state) {
  const wire::Serializer& serializer = session_.serializer();
  session_.send(host().state_frames.get(state, topic_, reply_ref_, &serializer, session_.head(), [&] {
    auto frame = serializer.encode_push(reply_ref_, topic_, event, {state.view(), false}, session_.head());
    if (!frame) throw std::invalid_argument(std::string(event) + ": " + frame.error().text());
    return std::move(*frame);
  }));
}

}  // namespace roost::channel
