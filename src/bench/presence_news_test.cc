#include "bench/presence_news.h"

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

TEST(BenchPresenceNews, AreFoundByAllOfTheirBytes) {
  PresenceNewsCache cache;
  const auto news = std::make_shared<const PresenceNews>();
  const std::string message(1'000, 'a');
  std::string other = message;
  other.back() = 'b';  // its hash is the same
  cache.put(message, news);
  EXPECT_EQ(cache.find(message), news);
  EXPECT_EQ(cache.find(other), nullptr);
}

TEST(BenchPresenceNews, AreForgottenWhenThereAreTooMany) {
  PresenceNewsCache cache;
  const std::string large(PresenceNewsCache::kBytesMax - 10, 'a');
  cache.put(large, std::make_shared<const PresenceNews>());
  cache.put("0123456789", std::make_shared<const PresenceNews>());
  EXPECT_NE(cache.find(large), nullptr);
  cache.put("more", std::make_shared<const PresenceNews>());
  EXPECT_EQ(cache.find(large), nullptr);
  EXPECT_NE(cache.find("more"), nullptr);
}

}  // namespace
}  // namespace roost::bench
