#include "net/mailbox.h"

#include <thread>

#include <gtest/gtest.h>

namespace roost::net {
namespace {

TEST(Mailbox, GivesWhatWasPostedInOrderAndOnce) {
  Mailbox mailbox;
  std::string ran;
  EXPECT_FALSE(mailbox.post([&ran] { ran += 'a'; }));
  EXPECT_FALSE(mailbox.post([&ran] { ran += 'b'; }));
  EXPECT_FALSE(mailbox.empty());
  std::vector<Mailbox::Work> batch;
  mailbox.take(batch);
  EXPECT_TRUE(mailbox.empty());
  ASSERT_EQ(batch.size(), 2u);
  for (auto& work : batch) work();
  EXPECT_EQ(ran, "ab");
}

TEST(Mailbox, KnowsWhatWaitsInBytes) {
  Mailbox mailbox;
  EXPECT_EQ(mailbox.waiting_bytes(), 0u);
  static_cast<void>(mailbox.post([] {}, 1'000));
  static_cast<void>(mailbox.post([] {}));
  EXPECT_EQ(mailbox.waiting_bytes(), 1'000 + 2 * Mailbox::kWorkBytes);
  std::vector<Mailbox::Work> batch;
  mailbox.take(batch);
  EXPECT_EQ(mailbox.waiting_bytes(), 0u);
}

TEST(Mailbox, AsksForOneWakeUpOfASleepingReader) {
  Mailbox mailbox;
  EXPECT_TRUE(mailbox.prepare_sleep());
  EXPECT_TRUE(mailbox.post([] {}));
  EXPECT_FALSE(mailbox.post([] {}));
  EXPECT_FALSE(mailbox.prepare_sleep()) << "work waits";
  EXPECT_FALSE(mailbox.post([] {})) << "the reader is awake";
}

TEST(Mailbox, KeepsTheOrderOfEachOfFourThreads) {
  constexpr int kThreads = 4, kPosts = 20'000;
  Mailbox mailbox;
  std::vector<std::vector<int>> seen(kThreads);
  std::vector<std::thread> posters;
  for (int thread = 0; thread < kThreads; ++thread)
    posters.emplace_back([&mailbox, &seen, thread] {
      for (int i = 0; i < kPosts; ++i)
        static_cast<void>(mailbox.post([&seen, thread, i] { seen[static_cast<std::size_t>(thread)].push_back(i); }));
    });
  int ran = 0;
  std::vector<Mailbox::Work> batch;
  while (ran < kThreads * kPosts) {
    mailbox.take(batch);
    for (auto& work : batch) work();
    ran += static_cast<int>(batch.size());
    batch.clear();
  }
  for (auto& poster : posters) poster.join();
  for (const auto& numbers : seen) {
    ASSERT_EQ(numbers.size(), static_cast<std::size_t>(kPosts));
    for (int i = 0; i < kPosts; ++i) ASSERT_EQ(numbers[static_cast<std::size_t>(i)], i);
  }
}

}  // namespace
}  // namespace roost::net
