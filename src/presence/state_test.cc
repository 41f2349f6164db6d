#include "presence/state.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace roost::presence {
namespace {

const ReplicaId a{"a", 1}, b{"b", 1}, c{"c", 1};
constexpr OwnerId kOwner = 7;

SharedBytes meta(std::string_view text) {
  return SharedBytes::copy(text);
}

/// "key=meta" of all that is visible in the topic "t".
std::string shown(const std::vector<Presence>& presences) {
  std::string text;
  for (const auto& [key, value] : presences) {
    if (!text.empty()) text += ' ';
    text += key + '=' + std::string(value.view());
  }
  return text;
}
std::string list(const State& state) {
  return shown(state.list("t"));
}

/// "+key=meta -key=meta" of the topic "t".
std::string diff(State& state) {
  std::string text;
  for (const auto& topic : state.take_diff()) {
    for (const auto& [key, value] : topic.joins) text += '+' + key + '=' + std::string(value.view()) + ' ';
    for (const auto& [key, value] : topic.leaves) text += '-' + key + '=' + std::string(value.view()) + ' ';
  }
  if (!text.empty()) text.pop_back();
  return text;
}

bool add(State& state, std::string_view key, std::string_view value = "1", OwnerId owner = kOwner) {
  return state.add("t", owner, key, meta(value));
}
bool update(State& state, std::string_view key, std::string_view value) {
  return state.update("t", kOwner, key, meta(value));
}
bool remove(State& state, std::string_view key) {
  return state.remove("t", kOwner, key);
}

DotSet dots(std::initializer_list<Counter> counters) {
  DotSet set;
  for (const Counter dot : counters) set.insert(dot);
  return set;
}
Clock everyone() {
  return {{a, 0}, {b, 0}, {c, 0}};
}

/// A replica that knows a, b and c.
struct Node : State {
  explicit Node(const ReplicaId& id) : State(id) {
    for (const auto& other : {a, b, c}) replica_up(other);
  }
};

// Each row of the trace in PROTOCOL 10.2: the steps so far, then the delta that a heartbeat would send.
TEST(State, TheWorkedTraceOfTheProtocol) {
  using Step = void (*)(State&);
  struct Row {
    Step step;
    Counter end;
    DotSet seen;
    std::vector<Counter> values;
  };
  const std::vector<Row> rows = {{[](State& s) { add(s, "k1"); }, 1, dots({1}), {1}},
                                 {[](State& s) { update(s, "k1", "2"); }, 3, dots({1, 2, 3}), {3}},
                                 {[](State& s) { remove(s, "k1"); }, 4, dots({1, 2, 3, 4}), {}},
                                 {[](State& s) { add(s, "k2"); }, 5, dots({1, 2, 3, 4, 5}), {5}}};
  for (std::size_t last = 0; last < rows.size(); ++last) {
    SCOPED_TRACE(last);
    State state(a);
    for (std::size_t i = 0; i <= last; ++i) rows[i].step(state);
    EXPECT_EQ(state.context(), (Clock{{a, rows[last].end}}));
    const Delta delta = state.take_delta();
    EXPECT_EQ(delta.start, (Clock{{a, 0}}));
    EXPECT_EQ(delta.end, (Clock{{a, rows[last].end}}));
    EXPECT_EQ(delta.parts.at(a).seen, rows[last].seen);
    std::vector<Counter> values;
    for (const auto& [dot, entry] : delta.parts.at(a).values) values.push_back(dot);
    EXPECT_EQ(values, rows[last].values);
    EXPECT_EQ(state.take_delta(), state.empty_delta());
  }
}

TEST(State, ARemovalNamesTheOlderDotThatItRemoves) {
  State state(a);
  for (const char* key : {"1", "2", "3", "4", "k2"}) add(state, key);
  state.take_delta();
  remove(state, "k2");
  const Delta delta = state.take_delta();
  EXPECT_EQ(delta.start, (Clock{{a, 5}}));
  EXPECT_EQ(delta.end, (Clock{{a, 6}}));
  EXPECT_EQ(delta.parts.at(a).seen, dots({5, 6}));
  EXPECT_TRUE(delta.parts.at(a).values.empty());
}

TEST(State, UpdatesWithinADeltaLeaveOnlyTheLastValue) {
  State state(a);
  add(state, "k");
  state.take_delta();
  update(state, "k", "2");
  update(state, "k", "3");
  const Delta delta = state.take_delta();
  EXPECT_EQ(delta.parts.at(a).seen, dots({1, 2, 3, 4, 5}));
  EXPECT_EQ(delta.parts.at(a).values.begin()->first, 5u);
  EXPECT_EQ(delta.parts.at(a).values.size(), 1u);
}

TEST(State, AnOwnerIsInATopicOnceForEachKey) {
  State state(a);
  EXPECT_TRUE(add(state, "k"));
  EXPECT_FALSE(add(state, "k"));
  EXPECT_TRUE(add(state, "other"));
  EXPECT_TRUE(add(state, "k", "1", kOwner + 1));
  EXPECT_TRUE(state.add("t2", kOwner, "k", meta("1")));
  EXPECT_FALSE(update(state, "nobody", "1"));
  EXPECT_FALSE(remove(state, "nobody"));
  EXPECT_EQ(list(state), "k=1 k=1 other=1");
}

TEST(State, ListIsByKeyThenOwnerAndAnUpdateKeepsItsPlace) {
  State state(a);
  add(state, "k", "young", 9);
  add(state, "k", "old", 7);
  add(state, "a", "1", 8);
  EXPECT_EQ(list(state), "a=1 k=old k=young");
  update(state, "k", "new");
  EXPECT_EQ(list(state), "a=1 k=new k=young");
  EXPECT_EQ(shown(state.get_by_key("t", "k")), "k=new k=young");
  EXPECT_EQ(shown(state.get_by_key("t", "nobody")), "");
  EXPECT_EQ(state.find("t", 9, "k")->view(), "young");
  EXPECT_EQ(state.find("t", 9, "a"), std::nullopt);
}

TEST(State, RemovingAnOwnerRemovesAllOfItAndNothingElse) {
  State state(a);
  add(state, "k1");
  add(state, "k2");
  state.add("t2", kOwner, "k", meta("1"));
  add(state, "k1", "other", kOwner + 1);
  EXPECT_TRUE(state.remove_owner(kOwner));
  EXPECT_FALSE(state.remove_owner(kOwner));
  EXPECT_EQ(list(state), "k1=other");
  EXPECT_EQ(state.size(), 1u);
}

TEST(State, TheDiffIsWhatTheChangesComeTo) {
  State state(a);
  add(state, "k");
  EXPECT_EQ(diff(state), "+k=1");
  update(state, "k", "2");
  update(state, "k", "3");
  EXPECT_EQ(diff(state), "+k=3 -k=1");
  add(state, "gone");
  remove(state, "gone");
  EXPECT_EQ(diff(state), "");
  remove(state, "k");
  add(state, "k", "4");
  EXPECT_EQ(diff(state), "+k=4 -k=3");
}

TEST(State, WhoeverKnowsAReplicaTakesItsFullStateAndItsDeltas) {
  Node x(a), y(b);
  add(x, "k");
  y.merge(x.extract(everyone()));
  EXPECT_EQ(diff(y), "+k=1");
  x.take_delta();
  update(x, "k", "2");
  add(x, "k2");
  y.merge(x.take_delta().parts);
  EXPECT_EQ(diff(y), "+k=2 +k2=1 -k=1");
  remove(x, "k");
  y.merge(x.take_delta().parts);
  EXPECT_EQ(list(y), "k2=1");
  EXPECT_EQ(y.context().at(a), 5u);
}

TEST(State, WhatIsSaidOfUnknownReplicasIsIgnored) {
  Node x(a);
  State y(b);
  add(x, "k");
  const auto parts = x.extract(everyone());
  y.merge(parts);
  EXPECT_EQ(list(y), "");
  EXPECT_EQ(y.context(), (Clock{{b, 0}}));
  y.replica_up(a);
  y.merge(parts);
  EXPECT_EQ(list(y), "k=1");
}

TEST(State, WhatOthersSayOfThisReplicaIsIgnored) {
  Node x(a), y(b);
  add(x, "k");
  y.merge(x.extract(everyone()));
  Parts lie = y.extract(everyone());
  lie[a].values.clear();
  lie[a].seen.insert(1, 100);
  x.merge(lie);
  EXPECT_EQ(list(x), "k=1");
  EXPECT_EQ(x.context().at(a), 1u);
}

TEST(State, MergingTwiceChangesNothing) {
  Node x(a), y(b);
  add(x, "k");
  const Delta first = x.take_delta();
  remove(x, "k");
  const Delta second = x.take_delta();
  for (const Delta& delta : {first, second, first, second, first}) y.merge(delta.parts);
  EXPECT_EQ(list(y), "");
  EXPECT_EQ(y.context().at(a), 2u);
}

TEST(State, ARemovalThatComesBeforeItsAddIsKept) {
  Node x(a), y(b);
  add(x, "k");
  const Delta added = x.take_delta();
  remove(x, "k");
  y.merge(x.take_delta().parts);
  EXPECT_EQ(y.context().at(a), 2u);  // the delta names the removed dot too
  y.merge(added.parts);
  EXPECT_EQ(list(y), "");
}

TEST(State, ADotRemovedInTheCloudStaysSeen) {
  Node x(a), y(b);
  add(x, "lost");
  x.take_delta();  // y never gets this one
  add(x, "k");
  const Delta added = x.take_delta();
  remove(x, "k");
  const Delta removed = x.take_delta();
  y.merge(added.parts);
  y.merge(removed.parts);
  EXPECT_EQ(y.context().at(a), 0u);
  y.merge(added.parts);  // once more, late
  EXPECT_EQ(list(y), "");
}

TEST(State, AHoleIsFilledByTheFullState) {
  Node x(a), y(b);
  add(x, "k1");
  x.take_delta();
  add(x, "k2");
  y.merge(x.take_delta().parts);
  EXPECT_EQ(list(y), "k2=1");
  EXPECT_EQ(y.context().at(a), 0u);
  y.merge(x.extract(everyone()));
  EXPECT_EQ(list(y), "k1=1 k2=1");
  EXPECT_EQ(y.context().at(a), 2u);
}

// PROTOCOL T6: admitted by its dot alone, the older value would take the place of the newer one.
TEST(State, AnOlderFullStateDoesNotOverwriteANewerDelta) {
  Node x(a), old(c), y(b);
  add(x, "k", "1");
  old.merge(x.extract(everyone()));  // dot 1
  x.take_delta();
  update(x, "k", "2");  // dot 3; y misses this delta
  x.take_delta();
  update(x, "k", "3");  // dot 5
  y.merge(x.take_delta().parts);
  EXPECT_EQ(diff(y), "+k=3");

  y.merge(old.extract(everyone()));
  EXPECT_EQ(list(y), "k=3");
  EXPECT_EQ(diff(y), "");
  EXPECT_EQ(y.size(), 1u);
  EXPECT_EQ(y.context().at(a), 1u) << "the older dot counts as seen";

  remove(x, "k");
  y.merge(x.take_delta().parts);
  EXPECT_EQ(diff(y), "-k=3");
  EXPECT_EQ(y.size(), 0u) << "no second index entry stays behind";
}

TEST(State, ANewerDeltaReplacesAnOlderValueEvenIfTheRemovalBetweenWasLost) {
  Node x(a), y(b);
  add(x, "k", "1");
  y.merge(x.take_delta().parts);
  update(x, "k", "2");
  x.take_delta();  // lost
  update(x, "k", "3");
  y.merge(x.take_delta().parts);
  EXPECT_EQ(diff(y), "+k=3");
  EXPECT_EQ(y.size(), 1u);
}

TEST(State, AReAddWinsOverTheRemovalOfTheOldOne) {
  Node x(a), y(b), z(c);
  add(x, "k");
  const auto before = x.extract(everyone());
  remove(x, "k");
  const auto removed = x.extract(everyone());
  add(x, "k", "again");
  const auto again = x.extract(everyone());
  for (const auto& parts : {again, before, removed}) y.merge(parts);
  for (const auto& parts : {removed, again, before}) z.merge(parts);
  EXPECT_EQ(list(y), "k=again");
  EXPECT_EQ(list(z), "k=again");
}

TEST(State, RemovalsThatCameByAMergeTravelOn) {
  Node x(a), y(b), z(c);
  add(x, "k");
  const auto parts = x.extract(everyone());
  y.merge(parts);
  z.merge(parts);
  x.take_delta();
  remove(x, "k");
  y.merge(x.take_delta().parts);  // z does not get it from x
  z.merge(y.take_delta().parts);
  EXPECT_EQ(list(z), "");
}

TEST(State, ADownReplicaIsHiddenAndComesBackWhole) {
  Node x(a), y(b);
  add(x, "k1");
  add(x, "k2");
  y.merge(x.extract(everyone()));
  diff(y);
  y.replica_down(a);
  EXPECT_EQ(diff(y), "-k1=1 -k2=1");
  EXPECT_EQ(list(y), "");
  EXPECT_EQ(shown(y.get_by_key("t", "k1")), "");
  EXPECT_FALSE(y.clock().contains(a));
  EXPECT_TRUE(y.context().contains(a));
  y.replica_down(a);
  EXPECT_EQ(diff(y), "");
  y.replica_up(a);
  EXPECT_EQ(diff(y), "+k1=1 +k2=1");
}

TEST(State, ChangesOfADownReplicaAreTakenInSilence) {
  Node x(a), y(b);
  add(x, "k1");
  y.merge(x.take_delta().parts);
  y.replica_down(a);
  diff(y);
  remove(x, "k1");
  add(x, "k2");
  y.merge(x.take_delta().parts);
  EXPECT_EQ(diff(y), "");
  y.replica_up(a);
  EXPECT_EQ(diff(y), "+k2=1");
}

TEST(State, CountsTheKeysAndTheMetasThatAreVisible) {
  State here(a), there(b);
  add(here, "k1");
  add(here, "k1", "2", 8);
  add(here, "k2");
  EXPECT_EQ(here.keys("t"), 2u);
  EXPECT_EQ(here.metas("t", "k1"), 2u);
  EXPECT_EQ(here.metas("t", "k2"), 1u);
  EXPECT_EQ(here.metas("t", "k3"), 0u);
  EXPECT_EQ(here.keys("u"), 0u);
  EXPECT_EQ(here.metas("t"), 3u);

  there.add("t", 1, "k1", meta("3"));
  there.add("t", 2, "k1", meta("4"));
  there.add("t", 1, "k3", meta("5"));
  here.replica_up(b);
  here.merge(there.take_delta().parts);
  EXPECT_EQ(here.keys("t"), 3u);
  EXPECT_EQ(here.metas("t", "k1"), 4u);
  EXPECT_EQ(here.metas("t"), 6u);

  here.replica_down(b);
  EXPECT_EQ(here.keys("t"), 2u);
  EXPECT_EQ(here.metas("t", "k1"), 2u);
  EXPECT_EQ(here.metas("t", "k3"), 0u);
  EXPECT_EQ(here.metas("t"), 3u);
  here.remove_owner(8);
  there.add("t", 3, "k1", meta("6"));
  here.merge(there.take_delta().parts);  // of a replica that is down
  EXPECT_EQ(here.metas("t", "k1"), 1u);
  update(here, "k1", "7");
  EXPECT_EQ(here.metas("t", "k1"), 1u);

  here.replica_up(b);
  EXPECT_EQ(here.keys("t"), 3u);
  EXPECT_EQ(here.metas("t", "k1"), 4u);
  here.remove_replica(b);
  EXPECT_EQ(here.keys("t"), 2u);
  EXPECT_EQ(here.metas("t", "k1"), 1u);
  remove(here, "k1");
  remove(here, "k2");
  EXPECT_EQ(here.keys("t"), 0u);
  EXPECT_EQ(here.metas("t"), 0u);
  EXPECT_EQ(here.metas("t", "k1"), 0u);
}

TEST(State, ARemovedReplicaLeavesNothingBehind) {
  Node x(a), y(b);
  add(x, "k");
  y.merge(x.take_delta().parts);
  remove(x, "k");
  y.merge(x.take_delta().parts);  // y notes the removal in its own delta
  add(x, "k2");
  const Delta late = x.take_delta();
  y.merge(late.parts);
  diff(y);
  y.remove_replica(a);
  EXPECT_EQ(diff(y), "-k2=1") << "an up replica that is removed at once reports its leaves once";
  EXPECT_EQ(y.context(), (Clock{{b, 0}, {c, 0}})) << "PROTOCOL T21";
  EXPECT_FALSE(y.has_delta());
  y.merge(late.parts);
  EXPECT_EQ(list(y), "");
}

TEST(State, SameOwnerNumbersOfTwoReplicasAreTwoEntries) {
  Node x(a), y(b), z(c);
  add(x, "k", "of a");
  add(y, "k", "of b");
  z.merge(x.extract(everyone()));
  z.merge(y.extract(everyone()));
  EXPECT_EQ(list(z), "k=of a k=of b");
  remove(x, "k");
  z.merge(x.extract(everyone()));
  EXPECT_EQ(list(z), "k=of b");
}

TEST(State, ExtractGivesOnlyReplicasTheAskerKnows) {
  Node x(a), y(b);
  add(x, "k");
  add(y, "k");
  y.merge(x.extract(everyone()));
  const auto parts = y.extract({{b, 0}, {{"stranger", 3}, 9}});
  EXPECT_EQ(parts.size(), 1u);
  EXPECT_TRUE(parts.contains(b));
}

// Commutative, associative, idempotent: every order of three deltas and a full state ends the same.
TEST(State, AnyOrderOfDeltasAndStatesEndsTheSame) {
  Node x(a);
  std::vector<Parts> messages;
  add(x, "k1");
  add(x, "k2");
  messages.push_back(x.take_delta().parts);
  update(x, "k1", "2");
  remove(x, "k2");
  messages.push_back(x.take_delta().parts);
  messages.push_back(x.extract(everyone()));
  update(x, "k1", "3");
  add(x, "k2", "4");
  messages.push_back(x.take_delta().parts);
  std::vector<int> order{0, 1, 2, 3};
  do {
    Node y(b);
    for (const int i : order) y.merge(messages[i]);
    EXPECT_EQ(list(y), "k1=3 k2=4");
    EXPECT_EQ(y.context().at(a), x.context().at(a));
    EXPECT_EQ(y.extract({{a, 0}}), x.extract({{a, 0}}));
  } while (std::ranges::next_permutation(order).found);
}

}  // namespace
}  // namespace roost::presence
