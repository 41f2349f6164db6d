#include "presence/diff.h"

#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace roost::presence {
namespace {

Entry entry(std::string key, std::string_view meta, OwnerId owner = 1) {
  return {"t", owner, std::move(key), SharedBytes::copy(meta)};
}
std::string text(const TopicDiff& diff) {
  std::string text;
  for (const auto& [key, meta] : diff.joins) text += "+" + key + std::string(meta.view()) + " ";
  for (const auto& [key, meta] : diff.leaves) text += "-" + key + std::string(meta.view()) + " ";
  return text;
}

TEST(PresenceDiff, EachTopicIsTakenForItself) {
  DiffBuilder diffs;
  diffs.joined(0, 1, entry("k", "1"));
  Entry other = entry("k", "2");
  other.topic = "u";
  diffs.joined(0, 2, other);
  EXPECT_EQ(diffs.take_changed(), (std::vector<std::string>{"t", "u"}));
  EXPECT_EQ(text(diffs.take("t")), "+k1 ");
  EXPECT_EQ(text(diffs.take("t")), "");
  EXPECT_EQ(text(diffs.take("u")), "+k2 ");
  EXPECT_TRUE(diffs.empty());
}

TEST(PresenceDiff, ATopicIsNamedOnceUntilItIsTaken) {
  DiffBuilder diffs;
  diffs.joined(0, 1, entry("k", "1"));
  EXPECT_EQ(diffs.take_changed().size(), 1u);
  diffs.left(0, 1, entry("k", "1"));
  EXPECT_TRUE(diffs.take_changed().empty());
  EXPECT_TRUE(diffs.take("t").empty());
  diffs.joined(0, 2, entry("k", "2"));
  EXPECT_EQ(diffs.take_changed().size(), 1u);
}

TEST(PresenceDiff, WhatWasShownAndReplacedLeaves) {
  DiffBuilder diffs;
  diffs.joined(0, 1, entry("k", "1"));
  diffs.shown("t");
  diffs.left(0, 1, entry("k", "1"));
  diffs.joined(0, 2, entry("k", "2"));
  EXPECT_EQ(text(diffs.take("t")), "+k2 -k1 ");
}

TEST(PresenceDiff, AnUpdateIsTheSameOwnersKeyWithAnotherMeta) {
  DiffBuilder diffs;
  diffs.joined(0, 1, entry("a", "1"));
  diffs.joined(0, 2, entry("b", "2", 1));
  diffs.take("t");
  diffs.joined(0, 3, entry("0", "3"));
  diffs.left(0, 1, entry("a", "1"));
  diffs.joined(0, 4, entry("a", "4"));
  diffs.left(0, 4, entry("a", "4"));
  diffs.joined(0, 5, entry("a", "5"));
  diffs.left(0, 2, entry("b", "2", 1));
  diffs.joined(0, 6, entry("b", "6", 2));
  const TopicDiff diff = diffs.take("t");
  EXPECT_EQ(text(diff), "+03 +a5 +b6 -a1 -b2 ");
  EXPECT_EQ(diff.updates, (std::vector<TopicDiff::Update>{{1, 0}})) << "another owner's b is another presence";
}

TEST(PresenceDiff, WhoWasBackBeforeAnybodyLookedDidNothing) {
  DiffBuilder diffs;
  diffs.left(0, 1, entry("k", "1"));
  diffs.joined(0, 1, entry("k", "1"));
  EXPECT_EQ(text(diffs.take("t")), "");
  diffs.left(0, 1, entry("k", "1"));
  diffs.shown("t");
  diffs.joined(0, 1, entry("k", "1"));
  EXPECT_EQ(text(diffs.take("t")), "+k1 ") << "somebody saw the list without it";
}

// Whoever got the list at some time and then the next diff has what is there: with joins before leaves, as clients do.
TEST(PresenceDiff, FromEachListThatWasShownTheNextDiffLeadsToTheTruth) {
  using Metas = std::set<std::string>;
  for (unsigned seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    DiffBuilder diffs;
    std::map<std::string, Counter> present;  // key -> dot
    std::map<std::string, Counter> hidden;   // of a replica that is down
    std::vector<Metas> clients(1);           // the first has seen every diff
    Counter dot = 0;
    const auto meta = [](Counter of) { return "." + std::to_string(of); };
    const auto truth = [&] {
      Metas metas;
      for (const auto& [key, of] : present) metas.insert(key + meta(of));
      return metas;
    };
    for (int step = 0; step < 60; ++step) {
      const std::string key(1, static_cast<char>('a' + random() % 3));
      const auto dice = random() % 10;
      const auto at = present.find(key);
      if (dice < 5 && at != present.end()) {
        diffs.left(0, at->second, entry(key, meta(at->second)));
        if (dice == 0) hidden[key] = at->second;
        present.erase(at);
      } else if (dice < 5) {
        const auto back = hidden.extract(key);
        const Counter of = back.empty() || dice > 2 ? ++dot : back.mapped();
        present[key] = of;
        diffs.joined(0, of, entry(key, meta(of)));
      } else if (dice < 8) {
        diffs.shown("t");
        clients.push_back(truth());
      } else {
        const TopicDiff diff = diffs.take("t");
        for (Metas& client : clients) {
          for (const auto& [who, what] : diff.joins) client.insert(who + std::string(what.view()));
          for (const auto& [who, what] : diff.leaves) client.erase(who + std::string(what.view()));
          EXPECT_EQ(client, truth());
        }
      }
    }
  }
}

}  // namespace
}  // namespace roost::presence
