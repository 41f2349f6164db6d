#include "loads.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <malloc.h>

#include "in_process.h"

namespace roost::micro {
namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// What the allocator has given out.
double heap_bytes() {
  const auto info = ::mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

std::string topic_name(std::size_t number) {
  return "room:" + std::to_string(number);
}

// --- subscribers of a table ---

class Ear final : public pubsub::Subscriber {
 public:
  void deliver(const pubsub::Message&, pubsub::FrameCache&) override { ++heard; }
  std::uint64_t heard = 0;
};

struct Cost {
  double ns_a_delivery = 0;
  double bytes_a_subscription = 0;
  bool right = true;
};

/// Publishes on each topic in turn until there were `deliveries`.
template <typename Publish>
double ns_a_delivery(std::size_t topics, std::size_t deliveries, std::size_t each, const Publish& publish) {
  const double start = cpu_seconds();
  for (std::size_t i = 0; i < deliveries / each; ++i) publish(i % topics);
  return (cpu_seconds() - start) * 1e9 / static_cast<double>(deliveries);
}

Cost bare_subscribers(std::size_t topics, std::size_t each, std::size_t deliveries) {
  pubsub::Interest interest;
  testing::FakeExecutor executor;
  pubsub::Table table(interest, 0, executor);
  std::vector<Ear> ears(each);
  std::vector<pubsub::Subscription> subscriptions;
  subscriptions.reserve(topics * each);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < topics; ++i) names.push_back(topic_name(i));
  const double before = heap_bytes();
  for (std::size_t i = 0; i < topics; ++i)
    for (std::size_t k = 0; k < each; ++k) subscriptions.push_back(table.subscribe(names[i], ears[k], k + 1));
  Cost cost;
  cost.bytes_a_subscription =
      (heap_bytes() - before) / static_cast<double>(topics * each) + sizeof(pubsub::Subscription);
  cost.ns_a_delivery = ns_a_delivery(topics, deliveries, each, [&](std::size_t topic) {
    table.dispatch({names[topic], "msg", "{}"});
    executor.run_until_idle();
  });
  std::uint64_t heard = 0;
  for (const Ear& ear : ears) heard += ear.heard;
  cost.right = heard == deliveries;
  return cost;
}

// --- sessions that have joined ---

std::uint64_t bytes_of_all(const std::deque<Member>& members) {
  std::uint64_t bytes = 0;
  for (const Member& member : members) bytes += member.bytes();
  return bytes;
}

/// Client i of topic t is session (t + i * stride): all sessions are on about as many topics.
Cost sessions(std::size_t topics, std::size_t each, std::size_t count, std::size_t deliveries) {
  InProcess shard;
  std::deque<Member> members;
  for (std::size_t i = 0; i < count; ++i) members.emplace_back(shard);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < topics; ++i) names.push_back(topic_name(i));
  Cost cost;
  const double before = heap_bytes();
  for (std::size_t i = 0; i < topics; ++i)
    for (std::size_t k = 0; k < each; ++k) cost.right &= members[(i + k * (count / each)) % count].joins(names[i]);
  cost.bytes_a_subscription = (heap_bytes() - before) / static_cast<double>(topics * each);
  const std::string payload = payload_of(64);
  const std::uint64_t before_bytes = bytes_of_all(members);
  cost.ns_a_delivery = ns_a_delivery(topics, deliveries, each, [&](std::size_t topic) {
    shard.hub.publish({names[topic], "msg", payload}, 0);
    shard.end_turn();
  });
  std::uint64_t wanted = 0;
  for (std::size_t i = 0; i < deliveries / each; ++i)
    wanted += each * broadcast_bytes(names[i % topics], "msg", payload);
  cost.right &= bytes_of_all(members) - before_bytes == wanted;
  return cost;
}

void print(const char* name, const Cost& many, const Cost& one) {
  std::printf("\"%s\":{\"many_ns\":%.2f,\"one_ns\":%.2f,\"ratio\":%.3f,\"bytes\":%.1f}", name, many.ns_a_delivery,
              one.ns_a_delivery, many.ns_a_delivery / std::max(one.ns_a_delivery, 1e-9), many.bytes_a_subscription);
}

}  // namespace

bool load_topics(std::size_t topics, std::size_t each) {
  constexpr int kRounds = 5;
  const std::size_t all = topics * each;
  const Cost bare_many = bare_subscribers(topics, each, all * kRounds);
  const Cost bare_one = bare_subscribers(1, all, all * kRounds);
  const std::size_t members = std::max(each, topics / 10);  // 100 topics for each
  const Cost many = sessions(topics, each, members, all * kRounds);
  const Cost one = sessions(1, all, all, all * kRounds);
  std::printf("{\"load\":\"topics\",\"topics\":%zu,\"each\":%zu,", topics, each);
  print("subscribers", bare_many, bare_one);
  std::printf(",");
  print("sessions", many, one);
  std::printf("}\n");
  return bare_many.right && bare_one.right && many.right && one.right;
}

bool load_sockets(std::size_t count) {
  constexpr std::size_t kEach = 1'000;
  const std::size_t part = std::min<std::size_t>(10'000, count / 2);
  InProcess shard;
  std::deque<Member> members;
  const double before = heap_bytes();
  bool right = true;
  const auto join_some = [&](std::size_t more) {
    const double start = cpu_seconds();
    for (std::size_t i = 0; i < more; ++i) {
      const std::string topic = topic_name(members.size() / kEach);
      right &= members.emplace_back(shard).joins(topic);
    }
    return (cpu_seconds() - start) * 1e9 / static_cast<double>(std::max<std::size_t>(more, 1));
  };
  const double first = join_some(part);
  const double middle = join_some(count - 2 * part);
  const double last = join_some(part);
  const double all = (first * static_cast<double>(part) + last * static_cast<double>(part) +
                      middle * static_cast<double>(count - 2 * part)) /
                     static_cast<double>(count);
  std::printf(
      "{\"load\":\"sockets\",\"count\":%zu,\"first_join_ns\":%.0f,\"mean_join_ns\":%.0f,\"last_join_ns\":%.0f,"
      "\"ratio\":%.3f,\"bytes\":%.0f,\"heap_mib\":%.0f}\n",
      count, first, all, last, all / first, (heap_bytes() - before) / static_cast<double>(count),
      heap_bytes() / 1048576);
  return right && shard.registry.size() == count;
}

}  // namespace roost::micro
