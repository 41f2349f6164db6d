#include "tracker/tracker.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace roost::tracker {
namespace {

using namespace std::chrono_literals;
using presence::Clock;
using presence::ReplicaId;

constexpr OwnerId kOwner = 7;
const TimePoint kStart{1h};

Options options(std::string node, std::uint64_t vsn = 1) {
  Options options;
  options.node = std::move(node);
  options.vsn = vsn;
  return options;
}
SharedBytes meta(std::string_view text = "{}") {
  return SharedBytes::copy(text);
}

/// A tracker with a clock of its own.
struct Node : Tracker {
  explicit Node(Options options) : Tracker(std::move(options), kStart) {}
  explicit Node(std::string name) : Node(options(std::move(name))) {}

  TimePoint now = kStart;

  bool add(std::string_view key) { return track(kOwner, "t", key, meta()).has_value(); }
  std::string keys() const {
    std::string text;
    for (const auto& [key, value] : list("t")) text += (text.empty() ? "" : " ") + key;
    return text;
  }
  /// Goes to the next tick; what it sent.
  std::vector<Outgoing> next_tick() {
    now = *next_deadline();
    tick(now);
    return take_outgoing();
  }
  void hears(const Message& message) { handle(message, now); }
  void hears(const std::vector<Outgoing>& messages) {
    for (const auto& [to, message] : messages) hears(message);
  }
};

Heartbeat heartbeat(std::string name, std::uint64_t vsn = 1, Clock clock = {}) {
  return {{std::move(name), vsn}, std::nullopt, std::move(clock)};
}
std::string changes(const PresenceDiff& diff) {
  std::string text;
  for (const auto& topic : diff) {
    for (const auto& [key, value] : topic.joins) text += '+' + key + ' ';
    for (const auto& [key, value] : topic.leaves) text += '-' + key + ' ';
  }
  return text;
}
template <typename T>
std::vector<T> of_kind(const std::vector<Outgoing>& messages) {
  std::vector<T> found;
  for (const auto& message : messages)
    if (const T* one = std::get_if<T>(&message.message)) found.push_back(*one);
  return found;
}

TEST(Tracker, WhoJustStartedAsksAtOnceForWhatIsMissingAndKnowsWhenItIsWhole) {
  Node other("a");
  other.add("ann");
  other.next_tick();  // nobody heard it
  Options prompt = options("b");
  prompt.delta_period = 20ms;
  prompt.repair_period = 200ms;
  Node node(prompt);
  EXPECT_TRUE(node.is_whole()) << "it has heard of nobody";
  node.hears(heartbeat("a", 1, other.state().clock()));
  EXPECT_FALSE(node.is_whole());
  std::vector<TransferRequest> requests;
  while (requests.empty() && node.now < kStart + 1s) requests = of_kind<TransferRequest>(node.next_tick());
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(node.now, kStart + 200ms);
  other.hears(requests.front());
  node.hears(other.take_outgoing());
  EXPECT_TRUE(node.is_whole());
  EXPECT_EQ(node.keys(), "ann");
}

TEST(Tracker, ADecisionThatAskedNobodyHoldsNoQuestionBack) {
  Options prompt = options("b");
  prompt.delta_period = 20ms;
  prompt.repair_period = 200ms;
  Node node(prompt);
  while (node.now < kStart + 30s) EXPECT_TRUE(of_kind<TransferRequest>(node.next_tick()).empty()) << "it is cut off";
  node.hears(heartbeat("a", 1, {{ReplicaId{"a", 1}, 1}}));
  const TimePoint heard = node.now;
  std::vector<TransferRequest> requests;
  while (requests.empty() && node.now < heard + 2s) requests = of_kind<TransferRequest>(node.next_tick());
  EXPECT_EQ(node.now, heard + 200ms);
}

// PROTOCOL Q2, Q3, Q6.

TEST(Tracker, TrackingTwiceIsAlreadyTracked) {
  Node node("a");
  EXPECT_TRUE(node.track(1, "t", "k", meta("{\"i\":1}")));
  EXPECT_EQ(node.track(1, "t", "k", meta("{\"i\":2}")).error(), PresenceError::already_tracked);
  EXPECT_EQ(node.find(1, "t", "k")->view(), "{\"i\":1}");
  EXPECT_TRUE(node.track(1, "t", "k2", meta())) << "many keys for one owner";
  EXPECT_TRUE(node.track(2, "t", "k", meta())) << "many owners for one key";
  EXPECT_TRUE(node.track(1, "t2", "k", meta()));
  EXPECT_EQ(node.get_by_key("t", "k").size(), 2u);
  EXPECT_TRUE(node.get_by_key("t", "nobody").empty());
}

TEST(Tracker, UpdatingWhatIsNotThereIsNopresence) {
  Node node("a");
  EXPECT_EQ(node.update(1, "t", "k", meta()).error(), PresenceError::nopresence);
  node.untrack(1, "t", "k");  // fine
  node.untrack_all(1);        // fine
  EXPECT_EQ(changes(node.take_diff()), "");
  EXPECT_TRUE(node.track(1, "t", "k", meta()));
  EXPECT_TRUE(node.update(1, "t", "k", meta("{\"i\":2}")));
  EXPECT_EQ(changes(node.take_diff()), "+k ");
}

TEST(Tracker, ADiffIsTakenOncePerChangeOrForMany) {
  Node node("a");
  node.add("k");
  EXPECT_EQ(changes(node.take_diff()), "+k ");
  EXPECT_EQ(changes(node.take_diff()), "");
  EXPECT_TRUE(node.update(kOwner, "t", "k", meta()));
  EXPECT_EQ(changes(node.take_diff()), "+k -k ");
  node.untrack_all(kOwner);
  EXPECT_EQ(changes(node.take_diff()), "-k ");
}

TEST(Tracker, ASingleNodeSendsNothingAndNeedsNoTime) {
  auto alone = options("a");
  alone.single_node = true;
  Node node(alone);
  node.add("k");
  EXPECT_EQ(node.next_deadline(), std::nullopt);
  node.tick(kStart + 1h);
  node.hears(heartbeat("b"));
  node.goodbye();
  EXPECT_TRUE(node.take_outgoing().empty());
  EXPECT_FALSE(node.state().has_delta()) << "else it would grow for ever";
  EXPECT_EQ(changes(node.take_diff()), "+k ");
}

// PROTOCOL T11.

TEST(Tracker, TheFirstTickIsWithinAQuarterPeriodAndSends) {
  for (std::uint64_t vsn = 0; vsn < 50; ++vsn) {
    Node node(options("a", vsn));
    EXPECT_GE(*node.next_deadline(), kStart);
    EXPECT_LT(*node.next_deadline(), kStart + 375ms);
    EXPECT_EQ(of_kind<Heartbeat>(node.next_tick()).size(), 1u);
  }
}

TEST(Tracker, SilenceIsBrokenEveryThirdPeriodAndByEveryChange) {
  Node node("a");
  std::string sent;
  for (int tick = 0; tick < 10; ++tick) {
    if (tick == 5) node.add("k");
    const auto heartbeats = of_kind<Heartbeat>(node.next_tick());
    sent += heartbeats.empty() ? '.' : heartbeats[0].delta ? 'D' : 'h';
  }
  EXPECT_EQ(sent, "h..h.D..h.");
}

TEST(Tracker, ATickBeforeItsTimeDoesNothing) {
  Node node("a");
  node.next_tick();
  node.add("k");
  node.tick(node.now + 1499ms);
  EXPECT_TRUE(node.take_outgoing().empty());
  EXPECT_EQ(*node.next_deadline(), node.now + 1500ms);
}

TEST(Tracker, ANewcomerIsAnsweredAtTheNextTick) {
  Node node("a");
  node.next_tick();
  node.hears(heartbeat("b"));
  const auto heartbeats = of_kind<Heartbeat>(node.next_tick());
  ASSERT_EQ(heartbeats.size(), 1u);
  EXPECT_EQ(heartbeats[0].clock, (Clock{{{"a", 1}, 0}, {{"b", 1}, 0}}));
}

// PROTOCOL T12.

TEST(Tracker, AHeartbeatWithADeltaFromAStrangerIsTakenWhole) {
  Node x("a"), y("b");
  x.add("k");
  y.hears(x.next_tick());
  EXPECT_EQ(y.keys(), "k");
  EXPECT_EQ(changes(y.take_diff()), "+k ");
}

TEST(Tracker, AnotherVsnTakesThePlaceOfTheOld) {
  Node x(options("a", 5)), restarted(options("a", 6)), y("b");
  x.add("old");
  const auto old = x.next_tick();
  y.hears(old);
  restarted.add("new");
  y.hears(restarted.next_tick());
  EXPECT_EQ(changes(y.take_diff()), "+new ");
  y.hears(old);  // late, once more
  EXPECT_EQ(y.keys(), "new");
  EXPECT_EQ(y.state().context().size(), 2u);
}

TEST(Tracker, ALowerVsnIsTakenOnlyOnceTheHigherIsDown) {
  Node y("b");
  y.hears(heartbeat("a", 6));
  y.hears(heartbeat("a", 5));
  EXPECT_TRUE(y.state().context().contains({"a", 6}));
  while (y.state().clock().size() > 1) y.next_tick();
  y.hears(heartbeat("a", 5));
  EXPECT_EQ(y.state().context().count({"a", 5}), 1u);
  EXPECT_EQ(y.state().context().count({"a", 6}), 0u);
}

TEST(Tracker, ItsOwnNameIsNeverAPeer) {
  Node node("a");
  node.add("k");
  const auto own = node.next_tick();
  node.hears(own);
  node.hears(heartbeat("a", 99, {{{"a", 99}, 5}}));
  node.hears(TransferRequest{1, {"a", 99}, {{{"a", 1}, 0}}});
  node.hears(Goodbye{{"a", 1}});
  EXPECT_EQ(node.state().context(), (Clock{{{"a", 1}, 1}}));
  EXPECT_TRUE(of_kind<TransferRequest>(node.next_tick()).empty());
  EXPECT_EQ(node.keys(), "k");
}

TEST(Tracker, MoreReplicasThanAllowedAreIgnored) {
  auto few = options("a");
  few.replicas_max = 2;
  Node node(few);
  for (const char* name : {"b", "c", "d", "e"}) node.hears(heartbeat(name));
  EXPECT_EQ(node.state().context().size(), 3u) << "itself and two";
}

// PROTOCOL T13, T14.

TEST(Tracker, AReplicaBehindAsksTheMostAdvancedOne) {
  Node node("a");
  const Clock low{{{"b", 1}, 1}, {{"c", 1}, 1}, {{"a", 1}, 0}}, high{{{"b", 1}, 2}, {{"c", 1}, 2}, {{"a", 1}, 0}};
  node.hears(heartbeat("b", 1, low));
  node.hears(heartbeat("c", 1, high));
  node.next_tick();
  const auto sent = node.next_tick();  // the second: clock_sample_periods
  const auto requests = of_kind<TransferRequest>(sent);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].clock, (Clock{{{"a", 1}, 0}, {{"b", 1}, 0}, {{"c", 1}, 0}}));
  const auto to = std::ranges::find_if(sent, [](const auto& out) { return out.to.has_value(); });
  EXPECT_EQ(to->to, "c");
}

TEST(Tracker, ConcurrentReplicasAreBothAsked) {
  Node node("a");
  node.hears(heartbeat("b", 1, {{{"b", 1}, 2}, {{"c", 1}, 1}, {{"a", 1}, 0}}));
  node.hears(heartbeat("c", 1, {{{"b", 1}, 1}, {{"c", 1}, 2}, {{"a", 1}, 0}}));
  node.next_tick();
  EXPECT_EQ(of_kind<TransferRequest>(node.next_tick()).size(), 2u);
}

TEST(Tracker, WhoLacksNothingAsksNobody) {
  Node node("a");
  node.add("k");
  node.hears(heartbeat("b", 1, {{{"a", 1}, 0}, {{"b", 1}, 0}}));
  node.next_tick();
  EXPECT_TRUE(of_kind<TransferRequest>(node.next_tick()).empty());
}

TEST(Tracker, AnAnswerIsADeltaIfOneReachesBackElseTheFullState) {
  Node x("a");
  x.add("k1");
  x.next_tick();
  x.add("k2");
  x.next_tick();
  const auto ask = [&x](presence::Counter seen) {
    x.hears(TransferRequest{42, {"b", 1}, {{{"a", 1}, seen}, {{"b", 1}, 9}}});
    return of_kind<TransferAnswer>(x.take_outgoing()).at(0);
  };
  EXPECT_EQ(ask(1).ref, 42u);
  EXPECT_TRUE(std::holds_alternative<presence::Delta>(ask(1).content));
  EXPECT_TRUE(std::holds_alternative<presence::Delta>(ask(0).content));
  EXPECT_TRUE(std::holds_alternative<presence::Parts>(ask(2).content)) << "has all that the deltas have";

  Node y("b");
  y.hears(heartbeat("a"));
  y.hears(ask(0));
  EXPECT_EQ(y.keys(), "k1 k2");
}

TEST(Tracker, WhatIsSaidOfReplicasThatTheAskerDoesNotKnowIsLeftOut) {
  Node x("a"), z("c");
  z.add("k");
  x.hears(z.next_tick());
  x.next_tick();
  x.hears(TransferRequest{1, {"b", 1}, {{{"a", 1}, 0}}});
  const auto answer = of_kind<TransferAnswer>(x.take_outgoing()).at(0);
  EXPECT_FALSE(std::visit(
      [](const auto& content) {
        if constexpr (requires { content.parts; })
          return content.parts.contains({"c", 1});
        else
          return content.contains({"c", 1});
      },
      answer.content));
  x.hears(TransferRequest{1, {"b", 1}, {{{"b", 1}, 0}}});
  EXPECT_TRUE(x.take_outgoing().empty()) << "it knows nobody";
}

TEST(Tracker, ADeltaOfAForgottenReplicaIsNotPassedOn) {
  Node x("a"), z("c");
  z.add("k");
  x.hears(z.next_tick());
  x.hears(Goodbye{{"c", 1}});
  x.hears(TransferRequest{1, {"b", 1}, {{{"a", 1}, 0}, {{"c", 1}, 0}}});
  const auto answer = of_kind<TransferAnswer>(x.take_outgoing()).at(0);
  ASSERT_TRUE(std::holds_alternative<presence::Parts>(answer.content));
  EXPECT_FALSE(std::get<presence::Parts>(answer.content).contains({"c", 1}));
}

// PROTOCOL T15, T16.

TEST(Tracker, SilenceHidesThenForgets) {
  Node x("a"), y("b");
  x.add("k");
  y.hears(x.next_tick());
  const TimePoint heard = y.now;
  y.take_diff();
  std::string seen;
  while (y.now - heard < 21min) {
    y.next_tick();
    if (const auto change = changes(y.take_diff()); !change.empty()) {
      seen += change;
      EXPECT_GT(y.now - heard, 15s);
      EXPECT_LE(y.now - heard, 16500ms);
    }
  }
  EXPECT_EQ(seen, "-k ") << "reported once";
  EXPECT_EQ(y.state().context().size(), 1u);
}

TEST(Tracker, AHeartbeatBringsADownReplicaBack) {
  Node x("a"), y("b");
  x.add("k");
  y.hears(x.next_tick());
  while (y.keys() == "k") y.next_tick();
  y.take_diff();
  y.hears(heartbeat("a"));
  EXPECT_EQ(changes(y.take_diff()), "+k ");
}

TEST(Tracker, ALateTickIsNoReasonToJudgeOthers) {
  Node x("a"), y("b");
  x.add("k");
  y.hears(x.next_tick());
  y.next_tick();
  y.now += 10min;  // the process slept
  y.tick(y.now);
  EXPECT_EQ(y.keys(), "k");
  for (int tick = 0; tick < 11; ++tick) y.next_tick();
  EXPECT_EQ(y.keys(), "") << "silent while we were awake";
}

TEST(Tracker, AfterAGoodbyeLateMessagesRaiseNobody) {
  Node x("a"), y("b");
  x.add("k");
  const auto late = x.next_tick();
  y.hears(late);
  x.goodbye();
  y.hears(x.take_outgoing());
  EXPECT_EQ(y.keys(), "");
  y.hears(late);
  EXPECT_EQ(y.keys(), "");
  EXPECT_EQ(y.state().context().size(), 1u);
  Node again(options("a", 2));
  again.add("new");
  y.hears(again.next_tick());
  EXPECT_EQ(y.keys(), "new");
}

TEST(Tracker, NothingIsSentAfterAGoodbye) {
  Node node("a");
  node.goodbye();
  node.goodbye();
  EXPECT_EQ(of_kind<Goodbye>(node.take_outgoing()).size(), 1u);
  node.add("k");
  node.tick(kStart + 1h);
  node.hears(TransferRequest{1, {"b", 1}, {{{"a", 1}, 0}}});
  EXPECT_TRUE(node.take_outgoing().empty());
  EXPECT_EQ(node.next_deadline(), std::nullopt);
  EXPECT_EQ(changes(node.take_diff()), "+k ") << "its own clients still see what happens";
}

TEST(TrackerOptions, TheDefaultsWork) {
  EXPECT_TRUE(check(options("a")));
}

TEST(TrackerOptions, WrongOnesAreNamed) {
  const auto named = [](auto change) {
    Options wrong = options("a");
    change(wrong);
    const auto result = check(wrong);
    return result ? std::string() : result.error().message.substr(0, result.error().message.find(':'));
  };
  EXPECT_EQ(named([](Options& o) { o.node = ""; }), "node");
  EXPECT_EQ(named([](Options& o) { o.node = std::string(256, 'a'); }), "node");
  EXPECT_EQ(named([](Options& o) { o.broadcast_period = 0s; }), "broadcast_period");
  EXPECT_EQ(named([](Options& o) { o.max_silent_periods = 10; }), "down_period") << "heartbeats every 16.5 s";
  EXPECT_EQ(named([](Options& o) { o.permdown_period = 15s; }), "permdown_period");
  EXPECT_EQ(named([](Options& o) { o.clock_sample_periods = 0; }), "clock_sample_periods");
  EXPECT_EQ(named([](Options& o) { o.max_delta_sizes = {10, 5}; }), "max_delta_sizes");
}

}  // namespace
}  // namespace roost::tracker
