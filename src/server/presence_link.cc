#include "server/presence_link.h"

#include <stdexcept>
#include <utility>

#include "base/hash.h"
#include "tracker/phx_ref.h"

namespace roost::server {
namespace {

// Owners that no channel has: Host::make_id has its shard in these bits, and there are fewer shards.
constexpr std::uint64_t kFirstOwner = std::uint64_t{0xFFFF} << 48;

}  // namespace

void PresenceLink::set_options(const PresenceOptions& options) {
  const std::lock_guard lock(mutex_);
  options_ = options;
}

void PresenceLink::open(std::vector<PresenceHome*> homes) {
  const std::lock_guard lock(mutex_);
  homes_ = std::move(homes);
  for (auto& state : std::exchange(early_, {})) post(std::move(state));
}

void PresenceLink::close() {
  std::vector<std::shared_ptr<TrackedPresence::State>> early;  // goes without the lock
  const std::lock_guard lock(mutex_);
  closed_ = true;
  homes_.clear();
  early.swap(early_);
}

unsigned PresenceLink::partition_of(std::string_view topic, std::size_t count) {
  return static_cast<unsigned>(stable_hash(topic) % count);
}

void PresenceLink::check_open() const {
  if (closed_) throw WorkRefused("stopped");
  if (homes_.empty()) throw std::logic_error("presence: the server is not started");
}

void PresenceLink::post(std::shared_ptr<TrackedPresence::State> state) {
  const unsigned partition = partition_of(state->topic);
  PresenceHome* const home = homes_[partition];
  home->executor().post([home, partition, state = std::move(state)] { state->settle(*home, partition); });
}

void PresenceLink::settle(std::shared_ptr<TrackedPresence::State> state) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (homes_.empty()) return early_.push_back(std::move(state));
  post(std::move(state));
}

std::expected<channel::PresencePort::Meta, PresenceError> PresenceLink::stamp(const Payload& meta,
                                                                              std::string_view previous) {
  if (!meta.is_object()) throw std::invalid_argument("a presence meta is a JSON object");
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return std::unexpected(PresenceError::stopped);
    if (meta.view().size() > options_.meta_bytes_max) {
      refused_bytes_.fetch_add(1, std::memory_order_relaxed);
      return std::unexpected(PresenceError::meta_too_large);
    }
  }
  return stamp_(meta.view(), previous);
}

std::expected<TrackedPresence, PresenceError> PresenceLink::track(const std::string& topic, std::string_view key,
                                                                  const Payload& meta) {
  std::unique_lock lock(mutex_);
  const PresenceOptions limits = options_;
  lock.unlock();
  if (key.size() > limits.key_bytes_max) {
    refused_bytes_.fetch_add(1, std::memory_order_relaxed);
    return std::unexpected(PresenceError::key_too_long);
  }
  if (presences_ >= limits.keys_of_app_max) {
    refused_number_.fetch_add(1, std::memory_order_relaxed);
    return std::unexpected(PresenceError::too_many_own_keys);
  }
  auto stamped = stamp(meta, "");
  if (!stamped) return std::unexpected(stamped.error());
  const channel::OwnerId owner = kFirstOwner | owners_.fetch_add(1, std::memory_order_relaxed);
  auto state = std::make_shared<TrackedPresence::State>(shared_from_this(), owner, topic, std::string(key),
                                                        std::move(stamped->json));
  settle(state);
  return TrackedPresence(std::move(state));
}

void PresenceLink::count_refusals(Metrics& metrics) const {
  metrics.add(Count::limit_presence_bytes, refused_bytes_.load(std::memory_order_relaxed));
  metrics.add(Count::limit_presence_own_keys, refused_number_.load(std::memory_order_relaxed));
}

}  // namespace roost::server

namespace roost {

SharedBytes TrackedPresence::State::meta() const {
  const std::lock_guard lock(mutex_);
  return meta_;
}

std::optional<PresenceError> TrackedPresence::State::refusal() const {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

std::optional<std::expected<std::string, PresenceError>> TrackedPresence::State::update(const Payload& meta,
                                                                                        const SharedBytes* before) {
  std::unique_lock lock(mutex_);
  if (gone_) return std::unexpected(PresenceError::nopresence);
  if (before && before->data() != meta_.data()) return std::nullopt;
  auto stamped = link->stamp(meta, tracker::phx_ref_of(meta_.view()));
  if (!stamped) return std::unexpected(stamped.error());
  meta_ = std::move(stamped->json);
  const bool waited = std::exchange(waits_, true);
  lock.unlock();
  if (!waited) link->settle(shared_from_this());
  return std::move(stamped->phx_ref);
}

void TrackedPresence::State::untrack() {
  std::unique_lock lock(mutex_);
  if (std::exchange(gone_, true) || std::exchange(waits_, true)) return;
  lock.unlock();
  link->settle(shared_from_this());
}

void TrackedPresence::State::refuse(PresenceError why) {
  at_home_ = {};
  forget();
  const std::lock_guard lock(mutex_);
  if (!gone_) refusal_ = why;
  gone_ = true;
}

void TrackedPresence::State::settle(server::PresenceHome& home, unsigned partition) {
  std::unique_lock lock(mutex_);
  waits_ = false;
  const SharedBytes wanted = gone_ ? SharedBytes() : meta_;
  lock.unlock();
  const SharedBytes before = std::exchange(at_home_, wanted);
  if (wanted.empty()) forget();
  if (before.data() == wanted.data()) return;
  if (wanted.empty()) return home.untrack(partition, owner, topic, key);
  if (!before.empty()) return home.update(partition, owner, topic, key, wanted);
  home.track(partition, owner, topic, key, wanted,
             [self = shared_from_this()](PresenceError why) { self->refuse(why); });
}

std::string TrackedPresence::topic() const {
  return state_ ? state_->topic : "";
}
std::string TrackedPresence::key() const {
  return state_ ? state_->key : "";
}
std::string TrackedPresence::phx_ref() const {
  return state_ ? std::string(tracker::phx_ref_of(state_->meta().view())) : "";
}

std::expected<std::string, PresenceError> TrackedPresence::update(const Payload& meta) {
  if (!state_) return std::unexpected(PresenceError::nopresence);
  return *state_->update(meta, nullptr);
}

std::expected<std::string, PresenceError> TrackedPresence::update(
    const std::function<boost::json::object(boost::json::object)>& change) {
  if (!state_) return std::unexpected(PresenceError::nopresence);
  while (true) {
    const SharedBytes before = state_->meta();
    boost::json::value old = Payload::trusted(before, false).json();
    if (auto result = state_->update(Payload(boost::json::value(change(std::move(old.get_object())))), &before))
      return std::move(*result);
  }
}

void TrackedPresence::untrack() {
  if (state_) state_->untrack();  // and keeps it: another thread may be looking at it
}

Async<std::expected<void, PresenceError>> TrackedPresence::confirm() const {
  using Result = std::expected<void, PresenceError>;
  return Async<Result>([state = state_](Completion<Result> done) {
    if (!state) return done.complete_with([] { return Result(); });
    state->link->at_home(state->topic, [state, done = std::move(done)](server::PresenceHome&, unsigned) mutable {
      const auto refusal = state->refusal();
      done.complete_with([&refusal] { return refusal ? Result(std::unexpected(*refusal)) : Result(); });
    });
  });
}

std::expected<TrackedPresence, PresenceError> TopicPresence::track(std::string_view key, const Payload& meta) const {
  return link_->track(topic_, key, meta);
}

Async<boost::json::object> TopicPresence::list() const {
  return Async<boost::json::object>([link = link_, topic = topic_](Completion<boost::json::object> done) {
    link->at_home(topic, [topic, done = std::move(done)](server::PresenceHome& home, unsigned partition) mutable {
      home.list(partition, topic, home.executor(), [done = std::move(done)](SharedBytes state) mutable {
        done.complete_there_with([state] { return std::move(Payload::trusted(state, false).json().as_object()); });
      });
    });
  });
}

Async<boost::json::value> TopicPresence::get_by_key(std::string key) const {
  using Result = boost::json::value;
  const auto one_of = [](const SharedBytes& state) -> Result {
    boost::json::value found = Payload::trusted(state, false).json();
    if (found.as_object().empty()) return boost::json::array();
    return std::move(found.as_object().begin()->value());
  };
  return Async<Result>([link = link_, topic = topic_, key = std::move(key), one_of](Completion<Result> done) {
    link->at_home(
        topic, [topic, key, one_of, done = std::move(done)](server::PresenceHome& home, unsigned partition) mutable {
          home.get(partition, topic, key, home.executor(), [one_of, done = std::move(done)](SharedBytes state) mutable {
            done.complete_there_with([one_of, state] { return one_of(state); });
          });
        });
  });
}

}  // namespace roost
