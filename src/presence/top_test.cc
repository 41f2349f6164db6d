#include "presence/top.h"

#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "presence/state.h"

namespace roost::presence {
namespace {

/// A topic "t" of which a client is told the two first keys.
class FirstTwo : public ::testing::Test {
 protected:
  static SharedBytes meta(std::string_view text) { return SharedBytes::copy(text); }
  void add(std::string_view key, OwnerId owner = 1) { state.add("t", owner, key, meta(std::to_string(++metas))); }
  void update(std::string_view key, OwnerId owner = 1) { state.update("t", owner, key, meta(std::to_string(++metas))); }
  void remove(std::string_view key, OwnerId owner = 1) { state.remove("t", owner, key); }
  TopicDiff change() {
    auto after = state.first("t", 2);
    const TopicDiff change = change_of_first(state.take_diff("t"), before, after);
    before = std::move(after);
    return change;
  }
  static std::string text(const std::vector<Presence>& list) {
    std::string result;
    for (const auto& [key, meta] : list) result += " " + key + "=" + std::string(meta.view());
    return result;
  }
  static std::string text(const TopicDiff& diff) { return "+" + text(diff.joins) + " -" + text(diff.leaves); }

  State state{{"n", 1}};
  std::vector<Presence> before;
  int metas = 0;
};

TEST_F(FirstTwo, JoinUntilThereAreTwo) {
  add("bob");
  EXPECT_EQ(text(change()), "+ bob=1 -");
  add("ada");
  EXPECT_EQ(text(change()), "+ ada=2 -");
  add("cyd");
  EXPECT_TRUE(change().empty());
}

TEST_F(FirstTwo, GiveWayToOneWhoComesBeforeThemAndComeBack) {
  add("bob");
  add("cyd");
  add("cyd", 2);
  change();
  add("ada");
  EXPECT_EQ(text(change()), "+ ada=4 - cyd=2 cyd=3");
  update("cyd", 2);
  EXPECT_TRUE(change().empty());
  remove("bob");
  EXPECT_EQ(text(change()), "+ cyd=2 cyd=5 - bob=1");
}

TEST_F(FirstTwo, LeaveWithTheMetasThatTheyWereToldWith) {
  add("bob");
  add("cyd");
  change();
  update("cyd");
  add("ada");
  EXPECT_EQ(text(change()), "+ ada=4 - cyd=2");
}

TEST_F(FirstTwo, AreUpdatedAsAnybody) {
  add("bob");
  add("cyd");
  change();
  update("cyd");
  add("dan");
  remove("bob");
  update("cyd");
  const TopicDiff diff = change();
  EXPECT_EQ(text(diff), "+ cyd=5 dan=4 - cyd=2 bob=1");
  EXPECT_EQ(diff.updates, (std::vector<TopicDiff::Update>{{0, 0}}));
}

/// Key -> metas, as a client keeps them.
using Seen = std::map<std::string, std::set<std::string>>;

TEST_F(FirstTwo, AreWhatTheDiffsLeadTo) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    FirstTwo::before.clear();
    state.remove_owner(1);
    state.remove_owner(2);
    state.take_diff("t");
    Seen seen;
    for (int step = 0; step < 60; ++step) {
      const std::string key(1, static_cast<char>('a' + random() % 5));
      const OwnerId owner = 1 + random() % 2;
      if (const auto what = random() % 3; what == 0)
        add(key, owner);
      else if (what == 1)
        update(key, owner);
      else
        remove(key, owner);
      if (random() % 3 == 0) state.shown("t");
      if (random() % 3 != 0) continue;
      const TopicDiff diff = change();
      for (const auto& [join, leave] : diff.updates) EXPECT_EQ(diff.joins[join].key, diff.leaves[leave].key);
      for (const auto& [name, meta] : diff.joins) seen[name].insert(std::string(meta.view()));
      for (const auto& [name, meta] : diff.leaves) seen[name].erase(std::string(meta.view()));
      std::erase_if(seen, [](const auto& entry) { return entry.second.empty(); });
      Seen truth;
      for (const auto& [name, meta] : state.first("t", 2)) truth[name].insert(std::string(meta.view()));
      EXPECT_LE(truth.size(), 2u);
      EXPECT_EQ(seen, truth);
    }
  }
}

}  // namespace
}  // namespace roost::presence
