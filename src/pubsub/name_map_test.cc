#include "pubsub/name_map.h"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace roost::pubsub {
namespace {

struct Thing {
  std::string name;
  int value = 0;
};

std::unique_ptr<Thing> thing(std::string name, int value = 0) {
  return std::make_unique<Thing>(Thing{std::move(name), value});
}

TEST(NameMap, AnEmptyOneHasNothing) {
  const NameMap<Thing> map;
  EXPECT_EQ(map.find("a"), nullptr);
  EXPECT_EQ(map.size(), 0u);
}

TEST(NameMap, WhatIsInItStaysWhereItIsWhileItGrows) {
  NameMap<Thing> map;
  const Thing& first = map.add(thing("first", 7));
  for (int i = 0; i < 1'000; ++i) map.add(thing(std::to_string(i)));
  EXPECT_EQ(map.find("first"), &first);
  EXPECT_EQ(map.size(), 1'001u);
}

TEST(NameMap, AfterAnyAddsAndRemovesItHoldsWhatAMapHolds) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    NameMap<Thing> map;
    std::map<std::string, int> model;
    for (int step = 0; step < 3'000; ++step) {
      const std::string name = "topic:" + std::to_string(random() % 200);
      if (model.erase(name) > 0)
        map.remove(name);
      else
        map.add(thing(name, model[name] = step));
    }
    ASSERT_EQ(map.size(), model.size()) << seed;
    for (int i = 0; i < 200; ++i) {
      const std::string name = "topic:" + std::to_string(i);
      const Thing* const found = map.find(name);
      const auto wanted = model.find(name);
      ASSERT_EQ(found != nullptr, wanted != model.end()) << seed << ' ' << name;
      ASSERT_EQ(found ? found->value : 0, found ? wanted->second : 0) << seed << ' ' << name;
    }
    std::size_t visited = 0;
    map.for_each([&](const Thing& one) { visited += model.contains(one.name) ? 1 : 0; });
    EXPECT_EQ(visited, model.size()) << seed;
  }
}

}  // namespace
}  // namespace roost::pubsub
