#include "server/presence_feed.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "channel/invoke.h"
#include "tracker/presence_json.h"
#include "wire/json_value.h"

namespace roost::server {
namespace {

constexpr std::string_view kOurEvent = "roost_presence";  // what clients of ours get for presence_diff
constexpr std::chrono::seconds kSweepPeriod{5};           // a state that nobody asked for in that time is dropped

PresenceMode mode_of(const PresenceHooks* hooks) {
  return hooks ? hooks->mode : PresenceMode::full;
}

/// `list` with what `more` has of other keys. Both are by key.
std::vector<presence::Presence> together(const std::vector<presence::Presence>& list,
                                         const std::vector<presence::Presence>& more) {
  std::vector<presence::Presence> all = list;
  for (const presence::Presence& presence : more)
    if (!std::ranges::binary_search(list, presence.key, {}, &presence::Presence::key)) all.push_back(presence);
  return all;
}

}  // namespace

PresenceFeed::Entry& PresenceFeed::at(tracker::Tracker& tracker, std::string_view topic) {
  if (const auto found = topics_.find(topic); found != topics_.end()) return *found;
  if (topics_.empty()) sweeper_ = Timer(executor_, executor_.now() + kSweepPeriod, [this] { sweep(); });
  return *topics_.try_emplace(std::string(topic), tracker).first;
}

PresenceMode PresenceFeed::mode(std::string_view topic) const {
  return mode_of(find_hooks_(topic));
}

bool PresenceFeed::fetches_later(std::string_view topic) const {
  const PresenceHooks* hooks = find_hooks_(topic);
  return hooks && hooks->fetch_later;
}

unsigned PresenceFeed::frames_per_second(std::string_view topic) const {
  const unsigned most = options_.diff_frames_per_second;
  const std::uint32_t subscribers = hub_.interest().subscriptions(topic).all();
  if (most <= 1 || options_.diff_sends_per_second == 0 || subscribers == 0) return most;
  return std::clamp(options_.diff_sends_per_second / subscribers, 1u, most);
}

// When a round begins.

void PresenceFeed::changed(tracker::Tracker& tracker, const std::string& name) {
  auto& entry = at(tracker, name);
  entry.second.waits = true;
  if (!entry.second.round) schedule(entry);
}

void PresenceFeed::schedule(Entry& entry) {
  auto& [name, topic] = entry;
  const TimePoint leaves = topic.pace.next(executor_.now(), frames_per_second(name));
  if (leaves <= executor_.now()) return begin(entry, true);
  topic.timer = Timer(executor_, leaves, [this, &entry] {
    if (!entry.second.round) begin(entry, true);
  });
}

void PresenceFeed::state(tracker::Tracker& tracker, std::string_view name, Executor& back, Then then) {
  wait(tracker, name, {Waiter::For::state, &back, std::move(then)});
}

void PresenceFeed::our_state(tracker::Tracker& tracker, std::string_view name, Executor& back,
                             std::move_only_function<void(std::string_view event, SharedBytes)> then) {
  const bool count = mode(name).counted();
  const std::string_view event = count ? kOurEvent : "presence_state";
  wait(tracker, name,
       {count ? Waiter::For::count : Waiter::For::state, &back,
        [event, then = std::move(then)](SharedBytes state) mutable { then(event, std::move(state)); }});
}

void PresenceFeed::list(tracker::Tracker& tracker, std::string_view name, Executor& back, Then then) {
  answer(tracker, name, {mode(name).is_top() ? Waiter::For::all : Waiter::For::state, &back, std::move(then)});
}

void PresenceFeed::get(tracker::Tracker& tracker, std::string_view name, std::string_view key, Executor& back,
                       Then then) {
  answer(tracker, name, {Waiter::For::key, &back, std::move(then), std::string(key)});
}

/// At once, and not to those who can wait: they share.
void PresenceFeed::answer(tracker::Tracker& tracker, std::string_view name, Waiter waiter) {
  const PresenceHooks* hooks = find_hooks_(name);
  if (hooks && hooks->fetch_later) return wait(tracker, name, std::move(waiter));
  auto& entry = at(tracker, name);
  Round round{.mode = mode_of(hooks), .ahead = entry.second.waits};
  round.waiters.push_back(std::move(waiter));
  take_lists(entry, hooks, round);
  if (hooks && hooks->fetch) fetch(entry.first, hooks->fetch, round);
  commit(entry, hooks, round);
}

void PresenceFeed::wait(tracker::Tracker& tracker, std::string_view name, Waiter waiter) {
  auto& entry = at(tracker, name);
  entry.second.waiters.push_back(std::move(waiter));
  if (!entry.second.round && entry.second.waiters.size() == 1) look_at_waiters(entry);
}

void PresenceFeed::look_at_waiters(Entry& entry) {
  if (!entry.second.waits || mode(entry.first).is_top()) return begin(entry, false);
  entry.second.state_timer = Timer(executor_, executor_.now() + kStateWaitMax, [this, &entry] {
    if (!entry.second.round) begin(entry, false);
  });
}

/// After a round, or when it may begin one.
void PresenceFeed::go_on(Entry& entry) {
  if (entry.second.waits) schedule(entry);
  if (!entry.second.round && !entry.second.waiters.empty()) look_at_waiters(entry);
}

/// Whether it must wait until others have fetched.
bool PresenceFeed::hold(Entry& entry) {
  if (entry.second.held) return true;
  if (fetches_ < options_.fetches_max) return false;
  held_.push_back(&entry);
  return entry.second.held = true;
}

void PresenceFeed::let_go() {
  while (!held_.empty() && fetches_ < options_.fetches_max) {
    Entry& entry = *held_.front();
    held_.pop_front();
    entry.second.held = false;
    go_on(entry);
  }
}

void PresenceFeed::begin(Entry& entry, bool with_diff) {
  const PresenceHooks* hooks = find_hooks_(entry.first);
  const bool later = hooks && hooks->fetch_later;
  if (later && hold(entry)) return;
  Round round = make_round(entry, hooks, with_diff);
  take_lists(entry, hooks, round);
  if (later && (round.needs_fields() || !round.asked().empty() || !round.first.empty()))
    return fetch_later(entry, *hooks, std::move(round));
  if (hooks && hooks->fetch) fetch(entry.first, hooks->fetch, round);
  commit(entry, hooks, round);
}

// What is in it.

bool PresenceFeed::Round::for_somebody(Waiter::For what) const {
  return std::ranges::any_of(waiters, [what](const Waiter& waiter) { return waiter.what == what; });
}

bool PresenceFeed::Round::needs_fields() const {
  return told && (observed || (mode == PresenceMode::counts ? heard.others > 0 : !shown().empty()));
}

std::vector<presence::Presence> PresenceFeed::Round::joins() const {
  if (!mode.is_top()) return diff.joins;
  return observed ? together(diff.joins, change.first.joins) : change.first.joins;
}

std::vector<presence::Presence> PresenceFeed::Round::leaves() const {
  if (!mode.is_top()) return diff.leaves;
  return observed ? together(diff.leaves, change.first.leaves) : change.first.leaves;
}

std::vector<presence::Presence> PresenceFeed::Round::lists() const {
  return together(asked(), first);
}

PresenceFeed::Round PresenceFeed::make_round(Entry& entry, const PresenceHooks* hooks, bool with_diff) {
  auto& [name, topic] = entry;
  Round round{.mode = mode_of(hooks)};
  topic.state_timer.cancel();
  if (with_diff) {
    topic.timer.cancel();
    topic.waits = false;
    forget_state(topic);
    round.diff = topic.tracker.take_diff(name);
    round.heard = hub_.interest().subscriptions(name);
    round.observed = hooks && hooks->on_metas;
    round.change = topic.told.tell(round.mode, topic.tracker.state(), name, round.diff);
    const bool shows = round.mode == PresenceMode::counts ? round.heard.others > 0 : !round.shown().empty();
    const bool heard = round.heard.all() > 0 && (shows || round.change.count_is_news);
    round.told = !round.diff.empty() && (heard || round.observed);
  }
  round.ahead = topic.waits;
  round.waiters = std::exchange(topic.waiters, {});
  return round;
}

/// As they are now: what is told when the fields are there must fit the diff.
void PresenceFeed::take_lists(Entry& entry, const PresenceHooks* hooks, Round& round) {
  auto& [name, topic] = entry;
  const bool top = round.mode.is_top(), count = round.for_somebody(Waiter::For::count);
  const bool kept = !round.ahead || top;  // the state as of the last diff is what they get
  if (count && kept) round.count = topic.count;
  const bool state = round.for_somebody(Waiter::For::state) || (top && count && round.count.empty());
  if (state && kept) round.state = topic.state;
  topic.used |= state;
  round.needs_state = state && round.state.empty();
  if (count && !kept) topic.told.forget_count();
  round.counted = topic.told.count(topic.tracker.state(), name);
  const bool observed = round.told && round.observed && hooks->fetch_later;
  round.needs_all = (round.needs_state && !top) || round.for_somebody(Waiter::For::all);
  if (round.needs_all || observed) round.list = topic.tracker.list(name);
  if (round.needs_state && top) round.first = topic.told.first();
  if (!round.needs_all) take_keys(entry, round);
  if (!round.waiters.empty() && round.ahead) topic.tracker.shown(name);
}

void PresenceFeed::take_keys(Entry& entry, Round& round) {
  std::set<std::string_view> keys;
  for (const Waiter& waiter : round.waiters)
    if (waiter.what == Waiter::For::key) keys.insert(waiter.key);
  for (const std::string_view key : keys)
    std::ranges::move(entry.second.tracker.get_by_key(entry.first, key), std::back_inserter(round.found));
}

void PresenceFeed::fetch(const std::string& name, const PresenceFetch& fetch, Round& round) {
  const PresenceFetch counted = [this, &fetch](std::string_view topic, boost::json::object grouped) {
    try {
      return fetch(topic, std::move(grouped));
    } catch (...) {
      metrics_.add(Count::presence_fetch_crashed);
      throw;
    }
  };
  if (round.needs_fields()) {
    round.joined = tracker::fetch_fields(name, round.joins(), counted, log_);
    round.left = tracker::fetch_fields(name, round.leaves(), counted, log_);
  }
  if (round.needs_state || !round.asked().empty())
    round.listed = tracker::fetch_fields(name, round.lists(), counted, log_);
}

void PresenceFeed::fetch_later(Entry& entry, const PresenceHooks& hooks, Round given) {
  auto& [name, topic] = entry;
  topic.round = std::make_unique<Round>(std::move(given));
  Round& round = *topic.round;
  ++fetches_;
  std::vector<boost::json::object> lists(3);
  if (round.needs_fields()) lists[0] = tracker::grouped(round.joins());
  if (round.needs_fields()) lists[1] = tracker::grouped(round.leaves());
  lists[2] = tracker::grouped(round.lists());
  round.fetching = std::make_unique<PresenceFetching>(
      PresenceFetching::Site{executor_, log_, metrics_}, name, hooks.fetch_later, options_.fetch_timeout,
      std::move(lists),
      [this, &entry, &hooks](PresenceFetching::Fetched all) { fetched(entry, hooks, std::move(all)); });
}

void PresenceFeed::fetched(Entry& entry, const PresenceHooks& hooks, PresenceFetching::Fetched all) {
  const auto round = std::exchange(entry.second.round, nullptr);
  --fetches_;
  round->joined = std::move(all.fields[0]);
  round->left = std::move(all.fields[1]);
  round->listed = std::move(all.fields[2]);
  round->whole = all.whole;
  commit(entry, &hooks, *round);
  go_on(entry);
  let_go();
}

// How it ends.

void PresenceFeed::commit(Entry& entry, const PresenceHooks* hooks, Round& round) {
  if (round.told) tell(entry, hooks, round);
  encode(entry.second, round);
  hand_out(round);
}

void PresenceFeed::tell(Entry& entry, const PresenceHooks* hooks, const Round& round) {
  if (options_.diff_frames_per_second > 0) entry.second.pace.sent(executor_.now());
  const bool for_others = round.heard.others > 0 && !round.shown().empty();
  const std::string others = for_others ? tracker::encode_diff(round.shown(), round.joined, round.left) : "";
  send(entry, round, others);
  if (!round.observed) return;
  const bool encoded = for_others && !round.mode.is_top();
  observe(hooks->on_metas, entry, round, encoded ? others : tracker::encode_diff(round.diff, round.joined, round.left));
}

void PresenceFeed::send(Entry& entry, const Round& round, const std::string& others) {
  const std::string ours = round.heard.ours > 0 ? payload_for_ours(round, others.empty()) : "";
  if (others.empty() && ours.empty()) return;
  pubsub::Message message{entry.first, "presence_diff", others};
  if (!ours.empty()) message.ours = {.event = kOurEvent, .payload = ours};
  hub_.publish_local(message, shard_);
}

std::string PresenceFeed::payload_for_ours(const Round& round, bool may_be_left_out) {
  const bool all_told = round.mode == PresenceMode::counts || round.shown().empty();
  if (all_told && may_be_left_out && !round.change.count_is_news) return "";
  std::string changes = all_told ? "{}" : tracker::encode_changes(round.shown(), round.joined);
  return round.mode.counted() ? tracker::with_count(std::move(changes), round.change.count) : changes;
}

void PresenceFeed::observe(const PresenceObserver& observer, Entry& entry, const Round& round,
                           const std::string& diff) {
  auto& [name, topic] = entry;
  const std::function<boost::json::object()> presences = [&tracker = topic.tracker, &of = name, &round] {
    return tracker::metas_by_key(round.fetching ? round.list : tracker.list(of));
  };
  channel::invoke(log_, {"on_metas", name, ""}, [&] {
    const boost::json::value change = wire::parse_json(diff).value();
    observer({name, change.at("joins").as_object(), change.at("leaves").as_object(), presences});
  });
}

/// What is not ahead of a diff, and has all its fields, serves others, too.
void PresenceFeed::encode(Topic& topic, Round& round) {
  const bool top = round.mode.is_top(), kept = !round.ahead || top;
  if (round.needs_state) {
    round.state = SharedBytes::copy(tracker::encode_state(top ? round.first : round.list, round.listed));
    if (kept && round.whole) keep(topic, round.state);
  }
  if (round.count.empty() && round.for_somebody(Waiter::For::count)) {
    round.count = SharedBytes::copy(encode_counted_state(top ? round.state.view() : "{}", round.counted));
    if (kept && round.whole) topic.count = round.count;
  }
}

void PresenceFeed::keep(Topic& topic, const SharedBytes& state) {
  if (states_bytes_ + state.size() > kStatesBytesMax)
    for (auto& [other, kept] : topics_) forget_state(kept);
  states_bytes_ += state.size();
  topic.state = state;
}

void PresenceFeed::hand_out(Round& round) {
  struct Answer {
    Then then;
    SharedBytes bytes;
  };
  const auto answer = [&round](const Waiter& waiter) {
    if (waiter.what == Waiter::For::state) return round.state;
    if (waiter.what == Waiter::For::count) return round.count;
    if (waiter.what == Waiter::For::all) return SharedBytes::copy(tracker::encode_state(round.list, round.listed));
    const auto found = std::ranges::equal_range(round.asked(), waiter.key, {}, &presence::Presence::key);
    return SharedBytes::copy(tracker::encode_state({found.begin(), found.end()}, round.listed));
  };
  std::map<Executor*, std::vector<Answer>> elsewhere;
  for (Waiter& waiter : std::exchange(round.waiters, {})) {
    SharedBytes bytes = answer(waiter);
    if (waiter.back == &executor_)
      waiter.then(std::move(bytes));
    else
      elsewhere[waiter.back].push_back({std::move(waiter.then), std::move(bytes)});
  }
  for (auto& [back, answers] : elsewhere)
    back->post_sized(
        [these = std::move(answers)]() mutable {
          for (auto& [then, bytes] : these) then(std::move(bytes));
        },
        round.state.size());
}

void PresenceFeed::forget_state(Topic& topic) {
  states_bytes_ -= topic.state.size();
  topic.state = {};
  topic.count = {};
}

void PresenceFeed::end() {
  sweeper_.cancel();
  held_.clear();
  topics_.clear();
  fetches_ = 0;
  states_bytes_ = 0;
}

void PresenceFeed::sweep() {
  for (auto entry = topics_.begin(); entry != topics_.end();) {
    Topic& topic = entry->second;
    if (!std::exchange(topic.used, false)) forget_state(topic);
    const bool needed = !topic.state.empty() || topic.waits || !topic.waiters.empty() || topic.round || topic.held ||
                        !topic.told.is_forgettable();
    entry = needed || !topic.pace.quiet(executor_.now()) ? std::next(entry) : topics_.erase(entry);
  }
  if (!topics_.empty()) sweeper_ = Timer(executor_, executor_.now() + kSweepPeriod, [this] { sweep(); });
}

}  // namespace roost::server
