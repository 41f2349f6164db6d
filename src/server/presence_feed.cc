#include "server/presence_feed.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "channel/invoke.h"
#include "tracker/presence_json.h"
#include "wire/json_value.h"

namespace roost::server {
namespace {

constexpr std::string_view kOurEvent = "roost_presence";  // what clients of ours get for presence_diff
constexpr std::chrono::seconds kSweepPeriod{5};           // a state that nobody asked for in that time is dropped

}  // namespace

PresenceFeed::Topics::value_type& PresenceFeed::at(tracker::Tracker& tracker, std::string_view topic) {
  if (const auto found = topics_.find(topic); found != topics_.end()) return *found;
  if (topics_.empty()) sweeper_ = Timer(executor_, executor_.now() + kSweepPeriod, [this] { sweep(); });
  return *topics_.try_emplace(std::string(topic), tracker).first;
}

unsigned PresenceFeed::frames_per_second(std::string_view topic) const {
  const unsigned most = options_.diff_frames_per_second;
  const std::uint32_t subscribers = hub_.interest().subscribers(topic);
  if (most <= 1 || options_.diff_sends_per_second == 0 || subscribers == 0) return most;
  return std::clamp(options_.diff_sends_per_second / subscribers, 1u, most);
}

void PresenceFeed::changed(tracker::Tracker& tracker, const std::string& name) {
  auto& topic = at(tracker, name);
  topic.second.waits = true;
  const TimePoint leaves = topic.second.pace.next(executor_.now(), frames_per_second(name));
  if (leaves <= executor_.now()) return publish(topic);
  topic.second.timer = Timer(executor_, leaves, [this, &topic] { publish(topic); });
}

void PresenceFeed::publish(Topics::value_type& entry) {
  auto& [name, topic] = entry;
  topic.waits = false;
  forget_state(topic);
  const presence::TopicDiff diff = topic.tracker.take_diff(name);
  const PresenceHooks* hooks = find_hooks_(name);
  const bool heard = hub_.interest().shards(name) != 0, observed = hooks && hooks->on_metas;
  if (!diff.empty() && (heard || observed)) {
    tracker::FetchedFields joined, left;
    if (hooks && hooks->fetch) {
      joined = tracker::fetch_fields(name, diff.joins, hooks->fetch, log_);
      left = tracker::fetch_fields(name, diff.leaves, hooks->fetch, log_);
    }
    const std::string payload = tracker::encode_diff(diff, joined, left);
    if (options_.diff_frames_per_second > 0) topic.pace.sent(executor_.now());
    if (heard) {
      const std::string changes = hub_.interest().ours(name) ? changes_for_ours(entry, diff, joined) : "";
      pubsub::Message message{name, "presence_diff", payload};
      if (!changes.empty()) message.ours = {.event = kOurEvent, .payload = changes};
      hub_.publish_local(message, shard_);
    }
    if (observed) observe(hooks->on_metas, entry, payload);
  }
  give_to_waiters(entry);
}

void PresenceFeed::observe(const PresenceObserver& observer, Topics::value_type& entry, const std::string& diff) {
  auto& [name, topic] = entry;
  const std::function<boost::json::object()> presences = [&tracker = topic.tracker, &of = name] {
    return tracker::metas_by_key(tracker.list(of));
  };
  channel::invoke(log_, {"on_metas", name, ""}, [&] {
    const boost::json::value change = wire::parse_json(diff).value();
    observer({name, change.at("joins").as_object(), change.at("leaves").as_object(), presences});
  });
}

bool PresenceFeed::counts(std::string_view topic) const {
  const PresenceHooks* hooks = find_hooks_(topic);
  return hooks && hooks->mode == PresenceMode::counts;
}

std::string PresenceFeed::changes_for_ours(const Topics::value_type& entry, const presence::TopicDiff& diff,
                                           const tracker::FetchedFields& joined) const {
  const auto& [name, topic] = entry;
  if (counts(name)) return tracker::encode_count(topic.tracker.list(name), false);
  return tracker::encode_changes(diff, joined);
}

/// While no change waits: what is encoded serves others, too.
void PresenceFeed::give_to_waiters(Topics::value_type& entry) {
  auto& [name, topic] = entry;
  if (topic.waiters.empty()) return;
  if (topic.count.empty() && std::ranges::any_of(topic.waiters, &Waiter::counts))
    topic.count = SharedBytes::copy(tracker::encode_count(topic.tracker.list(name), true));
  const bool all_count = std::ranges::all_of(topic.waiters, &Waiter::counts);
  hand_out(topic, all_count ? SharedBytes() : encoded_state(entry), topic.count);
}

/// Before the diff whose changes are in it.
void PresenceFeed::give_ahead(Topics::value_type& entry) {
  auto& [name, topic] = entry;
  const std::vector<presence::Presence> list = topic.tracker.list(name);
  topic.tracker.shown(name);
  const bool all_count = std::ranges::all_of(topic.waiters, &Waiter::counts);
  hand_out(topic, all_count ? SharedBytes() : encode(name, list), SharedBytes::copy(tracker::encode_count(list, true)));
}

void PresenceFeed::hand_out(Topic& topic, const SharedBytes& state, const SharedBytes& count) {
  topic.state_timer.cancel();
  std::map<Executor*, std::vector<Waiter>> elsewhere;
  for (Waiter& waiter : std::exchange(topic.waiters, {})) {
    if (waiter.back == &executor_)
      waiter.then(waiter.counts ? count : state);
    else
      elsewhere[waiter.back].push_back(std::move(waiter));
  }
  for (auto& [back, waiters] : elsewhere)
    back->post_sized(
        [state, count, these = std::move(waiters)]() mutable {
          for (Waiter& waiter : these) waiter.then(waiter.counts ? count : state);
        },
        state.size());
}

void PresenceFeed::state(tracker::Tracker& tracker, std::string_view name, Executor& back,
                         std::move_only_function<void(SharedBytes)> then) {
  wait(tracker, name, {&back, std::move(then), false});
}

void PresenceFeed::our_state(tracker::Tracker& tracker, std::string_view name, Executor& back,
                             std::move_only_function<void(std::string_view event, SharedBytes)> then) {
  const bool count = counts(name);
  const std::string_view event = count ? kOurEvent : "presence_state";
  wait(tracker, name,
       {&back, [event, then = std::move(then)](SharedBytes state) mutable { then(event, std::move(state)); }, count});
}

void PresenceFeed::wait(tracker::Tracker& tracker, std::string_view name, Waiter waiter) {
  auto& topic = at(tracker, name);
  topic.second.waiters.push_back(std::move(waiter));
  if (!topic.second.waits) return give_to_waiters(topic);
  if (topic.second.waiters.size() > 1) return;
  const TimePoint latest = executor_.now() + kStateWaitMax;
  topic.second.state_timer = Timer(executor_, latest, [this, &topic] { give_ahead(topic); });
}

SharedBytes PresenceFeed::list(tracker::Tracker& tracker, std::string_view name) {
  const auto found = topics_.find(name);
  if (found == topics_.end() || !found->second.waits) return encoded_state(at(tracker, name));
  tracker.shown(name);
  return encode(name, tracker.list(name));
}

SharedBytes PresenceFeed::get(tracker::Tracker& tracker, std::string_view topic, std::string_view key) {
  tracker.shown(topic);
  return encode(topic, tracker.get_by_key(topic, key));
}

const SharedBytes& PresenceFeed::encoded_state(Topics::value_type& entry) {
  auto& [name, topic] = entry;
  topic.used = true;
  if (!topic.state.empty()) return topic.state;
  SharedBytes state = encode(name, topic.tracker.list(name));
  if (states_bytes_ + state.size() > kStatesBytesMax)
    for (auto& [other, kept] : topics_) forget_state(kept);
  states_bytes_ += state.size();
  return topic.state = std::move(state);
}

SharedBytes PresenceFeed::encode(std::string_view topic, const std::vector<presence::Presence>& list) {
  const PresenceHooks* hooks = find_hooks_(topic);
  const bool fetched = hooks && hooks->fetch;
  return SharedBytes::copy(fetched ? tracker::encode_state(topic, list, hooks->fetch, log_)
                                   : tracker::encode_state(list));
}

void PresenceFeed::forget_state(Topic& topic) {
  states_bytes_ -= topic.state.size();
  topic.state = {};
  topic.count = {};
}

void PresenceFeed::sweep() {
  for (auto entry = topics_.begin(); entry != topics_.end();) {
    Topic& topic = entry->second;
    if (!std::exchange(topic.used, false)) forget_state(topic);
    const bool needed = !topic.state.empty() || topic.waits || !topic.waiters.empty();
    entry = needed || !topic.pace.quiet(executor_.now()) ? std::next(entry) : topics_.erase(entry);
  }
  if (!topics_.empty()) sweeper_ = Timer(executor_, executor_.now() + kSweepPeriod, [this] { sweep(); });
}

}  // namespace roost::server
