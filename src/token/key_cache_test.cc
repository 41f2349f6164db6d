#include "token/key_cache.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "token/token_testing.h"

namespace roost::token {
namespace {

KeyRecipe recipe(std::string salt) {
  return {std::move(salt), 1'000, 32, KeyDigest::sha256};
}

// PROTOCOL §12.2
TEST(KeyCache, DerivesAsPlugDoes) {
  KeyCache cache(testing::kSecretKeyBase);
  for (int turn = 0; turn < 2; ++turn)
    EXPECT_EQ(testing::hex(cache.key(recipe("user auth"))),
              "2accee82cd986fd3c15e55abf3db03db01e891a4bb9469389a7584fdda020199");
  EXPECT_EQ(cache.size(), 1u);
}

TEST(KeyCache, EveryInputMakesAnotherKey) {
  KeyCache cache(testing::kSecretKeyBase);
  const KeyRecipe recipes[] = {recipe("a"),
                               recipe("b"),
                               {"a", 1, 32, KeyDigest::sha256},
                               {"a", 1'000, 31, KeyDigest::sha256},
                               {"a", 1'000, 32, KeyDigest::sha512}};
  std::map<std::string, int> keys;
  for (const auto& each : recipes) keys[cache.key(each)] = 1;
  EXPECT_EQ(keys.size(), std::size(recipes));
  EXPECT_EQ(cache.size(), std::size(recipes));
  EXPECT_EQ(cache.key(recipes[3]).size(), 31u);
}

TEST(KeyCache, KeepsNoMoreThanItsLimit) {
  KeyCache cache(testing::kSecretKeyBase);
  const auto first = cache.key({"0", 1, 32, KeyDigest::sha256});
  for (std::size_t i = 0; i < 3 * KeyCache::kKeysMax; ++i) cache.key({std::to_string(i), 1, 32, KeyDigest::sha256});
  EXPECT_EQ(cache.size(), KeyCache::kKeysMax);
  EXPECT_EQ(cache.key({"0", 1, 32, KeyDigest::sha256}), first);
}

TEST(KeyCache, ThreadsMayShareIt) {
  KeyCache cache(testing::kSecretKeyBase);
  const auto salt = [](int i) { return KeyRecipe{std::to_string(i), 1, 32, KeyDigest::sha256}; };
  constexpr int kCount = 2 * static_cast<int>(KeyCache::kKeysMax);
  std::vector<std::string> expected;
  for (int i = 0; i < kCount; ++i) expected.push_back(KeyCache(testing::kSecretKeyBase).key(salt(i)));
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&cache, &expected, &wrong, salt, t] {
      for (int i = 0; i < kCount; ++i) {
        const int at = (i + t * 7) % kCount;
        if (cache.key(salt(at)) != expected[static_cast<std::size_t>(at)]) ++wrong;
      }
    });
  threads.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(cache.size(), KeyCache::kKeysMax);
}

TEST(KeyCache, RefusesRecipesOutOfRange) {
  EXPECT_THROW(check_recipe(0, 32), std::invalid_argument);
  EXPECT_THROW(check_recipe(10'000'001, 32), std::invalid_argument);
  EXPECT_THROW(check_recipe(1, 0), std::invalid_argument);
  EXPECT_THROW(check_recipe(1, 4'097), std::invalid_argument);
  EXPECT_NO_THROW(check_recipe(1, 4'096));
}

}  // namespace
}  // namespace roost::token
