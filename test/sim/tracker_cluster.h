#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "test/sim/network.h"
#include "test/sim/random.h"
#include "tracker/tracker.h"

namespace roost::sim {

/// A cluster of trackers in one thread: virtual time, a network that fails as told, and a plain set as the model.
///
/// After every event it checks what must hold at any time: the diffs of a replica come to its list, it shows all of its
/// own entries and only what somebody tracked, and its context never goes back. Replicas talk in encoded bytes.
class TrackerCluster {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::size_t replicas = 3;
    Faults faults{};
    std::vector<std::size_t> max_delta_sizes{100, 1000, 10'000};
    bool prompt = false;        // with the delta_period and repair_period of the server, else without, as Phoenix
    std::uint64_t variety = 4;  // of topics, keys and owners in random steps: few make many changes of the same entry
  };
  struct Item {
    std::string topic;
    std::string key;
    std::string meta;
    friend auto operator<=>(const Item&, const Item&) = default;
  };
  using Items = std::set<Item>;

  explicit TrackerCluster(Options options);

  // What the applications do. Metas are numbered, so that no two are the same.
  void track(std::size_t node, std::string_view key, std::string_view topic = "t", tracker::OwnerId owner = 1);
  void update(std::size_t node, std::string_view key, std::string_view topic = "t", tracker::OwnerId owner = 1);
  void untrack(std::size_t node, std::string_view key, std::string_view topic = "t", tracker::OwnerId owner = 1);
  void untrack_all(std::size_t node, tracker::OwnerId owner = 1);

  // What happens to nodes and network.
  void crash(std::size_t node);
  void restart(std::size_t node, bool clock_went_back = false);
  void goodbye(std::size_t node);  // and ends
  void pause(std::size_t node, Duration time);
  void reconnected(std::size_t node) { nodes_[node].tracker->reconnected(); }
  void block(std::size_t from, std::size_t to) { network_.block(from, to); }
  void cut_incoming(std::size_t node);
  void cut_outgoing(std::size_t node);
  void heal();  // all links work, nothing is lost, nobody sleeps; who is dead stays dead
  void random_step();

  void run_for(Duration time);
  /// Runs until all live replicas equal the model, at most `limit`; the time it took.
  Duration run_until_equal(Duration limit);
  bool all_equal_model() const;

  Items model() const;
  Items seen_by(std::size_t node) const;
  /// Keys that a node shows in the topic "t", with a blank between.
  std::string keys(std::size_t node) const;
  const tracker::Tracker& at(std::size_t node) const { return *nodes_[node].tracker; }
  bool alive(std::size_t node) const { return nodes_[node].tracker != nullptr; }
  std::size_t size() const { return nodes_.size(); }
  TimePoint now() const { return now_; }
  std::size_t messages_sent(std::size_t kind) const { return sent_[kind]; }  // by index in tracker::Message

 private:
  struct Own {
    std::string topic;
    tracker::OwnerId owner;
    std::string key;
    friend auto operator<=>(const Own&, const Own&) = default;
  };
  struct Node {
    std::unique_ptr<tracker::Tracker> tracker;  // none: dead
    TimePoint paused_until{};
    std::map<Own, std::string> own;  // the model: what its application tracks
    Items shadow;                    // what the diffs come to
    presence::Clock context;         // as of the last check
  };

  void start(std::size_t node, std::uint64_t vsn);
  void after_event(std::size_t node);
  void deliver(Network::Packet packet);
  SharedBytes new_meta(std::string_view topic, std::string_view key, std::string& text);
  bool paused(const Node& node) const { return node.paused_until > now_; }
  TimePoint wake(const Node& node) const;
  std::size_t any_node() { return random_.below(nodes_.size()); }

  Options options_;
  Random random_;
  Network network_;
  TimePoint now_{std::chrono::hours(1)};
  std::vector<Node> nodes_;
  Items ever_tracked_;
  std::uint64_t next_meta_ = 1;
  std::uint64_t starts_ = 0;
  std::size_t sent_[4] = {};
};

inline TrackerCluster::TrackerCluster(Options options)
    : options_(std::move(options)), random_(options_.seed), network_(random_), nodes_(options_.replicas) {
  network_.faults = options_.faults;
  for (std::size_t node = 0; node < nodes_.size(); ++node) restart(node);
}

inline void TrackerCluster::start(std::size_t node, std::uint64_t vsn) {
  tracker::Options options;
  options.node = std::string(1, static_cast<char>('a' + node));
  options.vsn = vsn;
  options.permdown_period = std::chrono::seconds(45);  // so that runs of a minute see it
  options.max_delta_sizes = options_.max_delta_sizes;
  if (options_.prompt) {
    options.delta_period = std::chrono::milliseconds(20);
    options.repair_period = std::chrono::milliseconds(200);
  }
  nodes_[node] = {};
  nodes_[node].tracker = std::make_unique<tracker::Tracker>(options, now_);
}

inline void TrackerCluster::restart(std::size_t node, bool clock_went_back) {
  const auto time = static_cast<std::uint64_t>(now_.time_since_epoch() / std::chrono::microseconds(1));
  start(node, (clock_went_back ? time - 600'000'000 : time) * 1000 + starts_++);
}

inline SharedBytes TrackerCluster::new_meta(std::string_view topic, std::string_view key, std::string& text) {
  text = R"({"phx_ref":")" + std::to_string(next_meta_++) + R"("})";
  ever_tracked_.insert({std::string(topic), std::string(key), text});
  return SharedBytes::copy(text);
}

inline void TrackerCluster::track(std::size_t node, std::string_view key, std::string_view topic,
                                  tracker::OwnerId owner) {
  std::string text;
  const auto result = nodes_[node].tracker->track(owner, topic, key, new_meta(topic, key, text));
  const auto [it, inserted] = nodes_[node].own.try_emplace({std::string(topic), owner, std::string(key)}, text);
  EXPECT_EQ(result.has_value(), inserted);
  after_event(node);
}

inline void TrackerCluster::update(std::size_t node, std::string_view key, std::string_view topic,
                                   tracker::OwnerId owner) {
  std::string text;
  const auto result = nodes_[node].tracker->update(owner, topic, key, new_meta(topic, key, text));
  const auto it = nodes_[node].own.find({std::string(topic), owner, std::string(key)});
  EXPECT_EQ(result.has_value(), it != nodes_[node].own.end());
  if (result) it->second = text;
  after_event(node);
}

inline void TrackerCluster::untrack(std::size_t node, std::string_view key, std::string_view topic,
                                    tracker::OwnerId owner) {
  nodes_[node].tracker->untrack(owner, topic, key);
  nodes_[node].own.erase({std::string(topic), owner, std::string(key)});
  after_event(node);
}

inline void TrackerCluster::untrack_all(std::size_t node, tracker::OwnerId owner) {
  nodes_[node].tracker->untrack_all(owner);
  std::erase_if(nodes_[node].own, [owner](const auto& own) { return own.first.owner == owner; });
  after_event(node);
}

inline void TrackerCluster::crash(std::size_t node) {
  nodes_[node] = {};
}

inline void TrackerCluster::goodbye(std::size_t node) {
  nodes_[node].tracker->goodbye();
  after_event(node);
  crash(node);
}

inline void TrackerCluster::pause(std::size_t node, Duration time) {
  nodes_[node].paused_until = now_ + time;
}

inline void TrackerCluster::cut_incoming(std::size_t node) {
  for (std::size_t other = 0; other < size(); ++other) network_.block(other, node);
}
inline void TrackerCluster::cut_outgoing(std::size_t node) {
  for (std::size_t other = 0; other < size(); ++other) network_.block(node, other);
}

inline void TrackerCluster::heal() {
  network_.unblock_all();
  network_.faults = {};
  for (Node& node : nodes_) node.paused_until = now_;
}

inline TimePoint TrackerCluster::wake(const Node& node) const {
  return node.tracker ? std::max(*node.tracker->next_deadline(), node.paused_until) : TimePoint::max();
}

inline void TrackerCluster::run_for(Duration time) {
  const TimePoint end = now_ + time;
  while (true) {
    std::size_t first = 0;
    for (std::size_t node = 1; node < size(); ++node)
      if (wake(nodes_[node]) < wake(nodes_[first])) first = node;
    const TimePoint tick = wake(nodes_[first]);
    const TimePoint packet = network_.next().value_or(TimePoint::max());
    if (std::min(tick, packet) > end) break;
    now_ = std::max(now_, std::min(tick, packet));
    if (packet <= tick) {
      deliver(network_.take());
    } else {
      nodes_[first].tracker->tick(now_);
      after_event(first);
    }
  }
  now_ = end;
}

inline void TrackerCluster::deliver(Network::Packet packet) {
  Node& node = nodes_[packet.to];
  if (!node.tracker) return;
  if (paused(node)) {  // waits in the kernel's buffers
    const TimePoint later = node.paused_until;
    network_.put_back(std::move(packet), later);
    return;
  }
  const auto message = tracker::decode(packet.bytes);
  ASSERT_TRUE(message) << message.error().message;
  node.tracker->handle(*message, now_);
  after_event(packet.to);
}

/// Sends what the node has to say, and checks what must hold at any time.
inline void TrackerCluster::after_event(std::size_t index) {
  Node& node = nodes_[index];
  for (const auto& [to, message] : node.tracker->take_outgoing()) {
    ++sent_[message.index()];
    const std::string bytes = tracker::encode(message);
    for (std::size_t other = 0; other < size(); ++other) {
      const bool addressed = !to || (*to)[0] == static_cast<char>('a' + other);
      if (other != index && addressed) network_.send({index, other, bytes}, now_);
    }
  }
  for (const auto& topic : node.tracker->take_diff()) {
    for (const auto& [key, meta] : topic.joins) {
      const Item item{topic.topic, key, std::string(meta.view())};
      EXPECT_TRUE(ever_tracked_.contains(item)) << "nobody tracked " << item.key;
      EXPECT_TRUE(node.shadow.insert(item).second) << item.key << " joined twice";
    }
    for (const auto& [key, meta] : topic.leaves)
      EXPECT_EQ(node.shadow.erase({topic.topic, key, std::string(meta.view())}), 1u) << key << " left without a join";
  }
  if (random_.below(8) == 0) seen_by(index);
  presence::Clock context = node.tracker->state().context();
  for (const auto& [replica, counter] : node.context)
    if (const auto it = context.find(replica); it != context.end()) {
      EXPECT_GE(it->second, counter) << "the context went back";
    }
  node.context = std::move(context);
}

inline TrackerCluster::Items TrackerCluster::model() const {
  Items items;
  for (const Node& node : nodes_)
    for (const auto& [own, meta] : node.own) items.insert({own.topic, own.key, meta});
  return items;
}

inline TrackerCluster::Items TrackerCluster::seen_by(std::size_t node) const {
  Items items;
  std::set<std::string> topics;
  for (const Item& item : ever_tracked_) topics.insert(item.topic);
  for (const std::string& topic : topics)
    for (const auto& [key, meta] : at(node).list(topic)) items.insert({topic, key, std::string(meta.view())});
  EXPECT_EQ(items, nodes_[node].shadow) << "the diffs and the list differ";
  for (const auto& [own, meta] : nodes_[node].own)
    EXPECT_TRUE(items.contains({own.topic, own.key, meta})) << "an own entry is not listed";
  return items;
}

inline std::string TrackerCluster::keys(std::size_t node) const {
  std::string text;
  for (const auto& [key, meta] : at(node).list("t")) text += (text.empty() ? "" : " ") + key;
  return text;
}

inline bool TrackerCluster::all_equal_model() const {
  const Items expected = model();
  for (std::size_t node = 0; node < size(); ++node)
    if (alive(node) && seen_by(node) != expected) return false;
  return true;
}

inline Duration TrackerCluster::run_until_equal(Duration limit) {
  const TimePoint begin = now_;
  while (!all_equal_model() && now_ - begin < limit) run_for(std::chrono::milliseconds(500));
  return now_ - begin;
}

inline void TrackerCluster::random_step() {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const std::size_t node = any_node();
  const bool works = alive(node) && !paused(nodes_[node]);
  const std::string topic(1, static_cast<char>('s' + random_.below((options_.variety + 1) / 2)));
  const std::string key = std::to_string(random_.below(options_.variety));
  const tracker::OwnerId owner = 1 + random_.below((options_.variety + 1) / 2);
  const std::uint64_t dice = random_.below(100);
  if (dice < 30) {
    if (works) track(node, key, topic, owner);
  } else if (dice < 42) {
    if (works) update(node, key, topic, owner);
  } else if (dice < 58) {
    if (works) untrack(node, key, topic, owner);
  } else if (dice < 62) {
    if (works) untrack_all(node, owner);
  } else if (dice < 70) {
    if (!alive(node))
      restart(node, random_.chance(0.1));
    else if (random_.chance(0.15))
      goodbye(node);
    else if (random_.chance(0.4))
      crash(node);
  } else if (dice < 73) {
    if (works) pause(node, milliseconds(random_.below(30'000)));
  } else if (dice < 80) {
    block(node, any_node());
  } else if (dice < 82) {
    random_.chance(0.5) ? cut_incoming(node) : cut_outgoing(node);
  } else if (dice < 88) {
    network_.unblock(node, any_node());
  } else if (dice < 91) {
    network_.unblock_all();
  } else if (dice < 92) {
    run_for(seconds(random_.below(60)));
  }
  run_for(milliseconds(random_.below(800)));
}

}  // namespace roost::sim
