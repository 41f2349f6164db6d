#include "server/presence_home.h"

#include <stdexcept>
#include <utility>

#include "base/hash.h"
#include "net/system.h"
#include "tracker/message.h"
#include "tracker/phx_ref.h"

namespace roost::server {
namespace {

/// Another one for each place of each node each time it starts: clients outlive a node, and compare its refs with those
/// that it gave before.
std::uint64_t origin_of(std::string_view where) {
  const std::uint64_t hash = stable_hash(std::string(where) + "/" + std::to_string(net::system_now_ns()));
  return hash ^ hash >> 24 ^ hash >> 48;
}

}  // namespace

void PresenceHome::add_partition(unsigned partition, const tracker::Options& options, pubsub::Adapter* adapter) {
  const auto added = partitions_.emplace(
      partition, new Partition{partition, adapter, tracker::Tracker(options, executor_.now()), {}, {}});
  set_timer(*added.first->second);
}

void PresenceHome::handle(unsigned partition, std::string_view message) {
  const auto decoded = tracker::decode(message);
  if (!decoded)
    return log_.write(LogLevel::warn, "presence of another node not understood", {{"why", decoded.error().message}});
  at(partition).tracker.handle(*decoded, executor_.now());
  settle(at(partition));
}

void PresenceHome::reconnected(unsigned partition) {
  at(partition).tracker.reconnected();
  settle(at(partition));
}

void PresenceHome::goodbye(unsigned partition) {
  at(partition).tracker.goodbye();
  settle(at(partition));
}

std::optional<PresenceError> PresenceHome::beyond_limits(const presence::State& state, std::string_view topic,
                                                         std::string_view key) const {
  const std::size_t metas = state.metas(topic, key);
  if (metas >= options_.metas_per_key_max) return PresenceError::too_many_metas;
  if (metas == 0 && state.keys(topic) >= options_.keys_per_topic_max) return PresenceError::too_many_keys;
  return std::nullopt;
}

/// Who floods a topic must not flood the log: a line a second says it.
void PresenceHome::report_refused(std::string_view topic, PresenceError why) {
  const bool keys = why == PresenceError::too_many_keys;
  metrics_.add(keys ? Count::limit_presence_keys : Count::limit_presence_metas);
  if (!refusals_logged_.take(Rate{.per_second = 1, .burst = 1}, executor_.now())) {
    ++refusals_unlogged_;
    return;
  }
  log_.write(LogLevel::warn, "presence refused",
             {{"topic", topic},
              {"why", to_string(why)},
              {"not_logged_before", std::to_string(std::exchange(refusals_unlogged_, 0))}});
}

// An owner tracks a key once and updates only what it tracks, and its calls come in order: so these can't fail but by a
// limit. What is then said of a key that was refused finds nothing, and does nothing.
void PresenceHome::track(unsigned partition, channel::OwnerId owner, std::string_view topic, std::string_view key,
                         SharedBytes meta, channel::PresenceRefused refused) {
  if (const auto why = beyond_limits(at(partition).tracker.state(), topic, key)) {
    report_refused(topic, *why);
    return refused(*why);
  }
  (void)at(partition).tracker.track(owner, topic, key, std::move(meta));
  settle(at(partition));
}

void PresenceHome::update(unsigned partition, channel::OwnerId owner, std::string_view topic, std::string_view key,
                          SharedBytes meta) {
  (void)at(partition).tracker.update(owner, topic, key, std::move(meta));
  settle(at(partition));
}

void PresenceHome::untrack(unsigned partition, channel::OwnerId owner, std::string_view topic, std::string_view key) {
  at(partition).tracker.untrack(owner, topic, key);
  settle(at(partition));
}

void PresenceHome::untrack_all(unsigned partition, channel::OwnerId owner) {
  at(partition).tracker.untrack_all(owner);
  settle(at(partition));
}

/// After anything that a tracker was told: what came of it goes its ways.
void PresenceHome::settle(Partition& partition) {
  for (const std::string& topic : partition.tracker.take_changed()) feed_.changed(partition.tracker, topic);
  send(partition);
  set_timer(partition);
}

void PresenceHome::send(Partition& partition) {
  for (const auto& [to, message] : partition.tracker.take_outgoing()) {
    if (!partition.adapter) continue;
    const std::string bytes = static_cast<char>(partition.number) + tracker::encode(message);
    if (to)
      partition.adapter->send_to(*to, kPresenceService, bytes);
    else
      partition.adapter->send(kPresenceService, bytes);
  }
}

void PresenceHome::set_timer(Partition& partition) {
  const auto deadline = partition.tracker.next_deadline();
  if (deadline == partition.wakes_at) return;
  partition.wakes_at = deadline;
  partition.timer.cancel();
  if (!deadline) return;
  partition.timer = Timer(executor_, *deadline, [this, &partition] {
    partition.wakes_at.reset();
    partition.tracker.tick(executor_.now());
    settle(partition);
  });
}

MetaStamp::MetaStamp(std::string_view where) : origin_(origin_of(where)) {}

channel::PresencePort::Meta MetaStamp::operator()(std::string_view meta, std::string_view previous) {
  std::string ref = tracker::make_phx_ref(origin_, refs_.fetch_add(1, std::memory_order_relaxed));
  auto stamped = tracker::with_refs(meta, ref, previous);
  if (!stamped) throw std::invalid_argument("a presence meta is a JSON object, nested 64 levels at most");
  return {std::move(ref), std::move(*stamped)};
}

PresenceRouter::PresenceRouter(Executor& executor, std::vector<PresenceHome*> homes, std::string_view node,
                               unsigned shard)
    : executor_(executor), homes_(std::move(homes)), stamp_(std::string(node) + "/" + std::to_string(shard)) {}

template <typename Work>
void PresenceRouter::at_home(std::string_view topic, Work work) {
  const auto partition = static_cast<unsigned>(stable_hash(topic) % homes_.size());
  PresenceHome* home = homes_[partition];
  home->executor().post([home, partition, work = std::move(work)]() mutable { work(*home, partition); });
}

void PresenceRouter::track(channel::OwnerId owner, std::string_view topic, std::string_view key, SharedBytes meta,
                           channel::PresenceRefused refused) {
  auto back = [executor = &executor_, refused = std::move(refused)](PresenceError why) mutable {
    executor->post([refused = std::move(refused), why]() mutable { refused(why); });
  };
  at_home(topic, [owner, topic = std::string(topic), key = std::string(key), meta = std::move(meta),
                  back = std::move(back)](PresenceHome& home, unsigned partition) mutable {
    home.track(partition, owner, topic, key, meta, std::move(back));
  });
}

void PresenceRouter::update(channel::OwnerId owner, std::string_view topic, std::string_view key, SharedBytes meta) {
  at_home(topic, [owner, topic = std::string(topic), key = std::string(key), meta = std::move(meta)](
                     PresenceHome& home, unsigned partition) { home.update(partition, owner, topic, key, meta); });
}

void PresenceRouter::untrack(channel::OwnerId owner, std::string_view topic, std::string_view key) {
  at_home(topic, [owner, topic = std::string(topic), key = std::string(key)](PresenceHome& home, unsigned partition) {
    home.untrack(partition, owner, topic, key);
  });
}

void PresenceRouter::untrack_all(channel::OwnerId owner, std::string_view topic) {
  at_home(topic, [owner](PresenceHome& home, unsigned partition) { home.untrack_all(partition, owner); });
}

void PresenceRouter::state(std::string_view topic, std::move_only_function<void(SharedBytes)> then) {
  at_home(topic, [topic = std::string(topic), back = &executor_, then = std::move(then)](PresenceHome& home,
                                                                                         unsigned partition) mutable {
    home.state(partition, topic, *back, std::move(then));
  });
}

void PresenceRouter::our_state(std::string_view topic, OurState then) {
  at_home(topic, [topic = std::string(topic), back = &executor_, then = std::move(then)](PresenceHome& home,
                                                                                         unsigned partition) mutable {
    home.our_state(partition, topic, *back, std::move(then));
  });
}

void PresenceRouter::list(std::string_view topic, std::move_only_function<void(SharedBytes)> then) {
  at_home(topic,
          [topic = std::string(topic), back = &executor_, then = std::move(then)](
              PresenceHome& home, unsigned partition) mutable { home.list(partition, topic, *back, std::move(then)); });
}

void PresenceRouter::get(std::string_view topic, std::string_view key,
                         std::move_only_function<void(SharedBytes)> then) {
  at_home(topic, [topic = std::string(topic), key = std::string(key), back = &executor_, then = std::move(then)](
                     PresenceHome& home, unsigned partition) mutable {
    home.get(partition, topic, key, *back, std::move(then));
  });
}

}  // namespace roost::server
