#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pubsub/adapter.h"

namespace roost::pubsub::testing {

/// Notes what an adapter says: `topic event payload` of a broadcast, `from>service bytes` of a parcel.
class Inbox final : public AdapterSink {
 public:
  void deliver(const Message& message) override {
    note(std::string(message.topic) + " " + std::string(message.event) + " " + std::string(message.payload) +
         (message.binary ? " binary" : ""));
  }
  void receive(const Parcel& parcel) override {
    note(std::string(parcel.from) + ">" + std::string(parcel.service) + " " + std::string(parcel.bytes));
  }
  void connected(bool yes) override {
    const std::lock_guard lock(mutex_);
    connected_ = yes;
    changed_.notify_all();
  }

  /// All that came until `last` did, which is not among it. Fails if it never does.
  std::vector<std::string> until(const std::string& last) {
    std::unique_lock lock(mutex_);
    const auto find = [&] { return std::ranges::find(heard_, last); };
    if (!wait(lock, [&] { return find() != heard_.end(); })) ADD_FAILURE() << "never came: " << last.substr(0, 100);
    const auto end = find();
    std::vector<std::string> before(heard_.begin(), end);
    heard_.erase(heard_.begin(), end == heard_.end() ? end : end + 1);
    return before;
  }
  bool wait_for_connection(bool yes) {
    std::unique_lock lock(mutex_);
    return wait(lock, [&] { return connected_ == yes; });
  }

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(what));
    changed_.notify_all();
  }
  bool wait(std::unique_lock<std::mutex>& lock, const std::function<bool()>& done) {
    return changed_.wait_for(lock, std::chrono::seconds(30), done);  // a broken adapter, not a slow machine
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  bool connected_ = false;
};

/// What the suite needs to know of an adapter.
class AdapterKind {
 public:
  virtual ~AdapterKind() = default;
  /// A node of the one cluster of this object.
  virtual std::unique_ptr<Adapter> make(std::string node) = 0;
};

inline Message text(std::string_view topic, std::string_view payload = "{}") {
  return {topic, "x", payload, false, 0};
}

/// What every adapter does. A kind is an AdapterKind; INSTANTIATE_TYPED_TEST_SUITE_P(Memory, AdapterSuite, MemoryKind).
template <typename Kind>
class AdapterSuite : public ::testing::Test {
 protected:
  struct Node {
    std::unique_ptr<Adapter> adapter;
    std::unique_ptr<Inbox> inbox;
    Adapter* operator->() const { return adapter.get(); }
  };

  Node node(const std::string& name, std::initializer_list<const char*> topics = {}) {
    Node made{kind_.make(name), std::make_unique<Inbox>()};
    made->start(*made.inbox);
    EXPECT_TRUE(made.inbox->wait_for_connection(true));
    for (const char* topic : topics) made->subscribe(topic);
    settle(made);
    return made;
  }
  /// Returns when what was called on the node's adapter is done, and what it subscribed to is known to the others.
  void settle(Node& node) {
    std::promise<void> settled;
    node->settle([&settled] { settled.set_value(); });
    settled.get_future().wait();
  }

 private:
  Kind kind_;
};
TYPED_TEST_SUITE_P(AdapterSuite);

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TYPED_TEST_P(AdapterSuite, ABroadcastReachesTheOtherNodesThatSubscribed) {
  auto a = this->node("a");
  auto b = this->node("b", {"room:1"});
  auto c = this->node("c", {"room:1"});
  a->broadcast(text("room:1", R"({"n":1})"));
  a->send("end", "");
  EXPECT_THAT(b.inbox->until("a>end "), ElementsAre(R"(room:1 x {"n":1})"));
  EXPECT_THAT(c.inbox->until("a>end "), ElementsAre(R"(room:1 x {"n":1})"));
}

TYPED_TEST_P(AdapterSuite, NothingComesBackToTheSender) {
  auto a = this->node("a", {"room:1"});
  auto b = this->node("b", {"room:1"});
  a->broadcast(text("room:1", "mine"));
  a->send("end", "mine");
  b.inbox->until("a>end mine");
  b->send("end", "");
  EXPECT_THAT(a.inbox->until("b>end "), IsEmpty());
}

TYPED_TEST_P(AdapterSuite, ANodeReceivesOnlyTopicsThatItSubscribedTo) {
  auto a = this->node("a");
  auto b = this->node("b", {"room:1", "room:3"});
  for (const char* topic : {"room:1", "room:2", "room:3", "room", "room:11"}) a->broadcast(text(topic));
  a->send("end", "");
  EXPECT_THAT(b.inbox->until("a>end "), ElementsAre("room:1 x {}", "room:3 x {}"));
  EXPECT_EQ(b->stats().received_messages, 3u) << "what it didn't ask for must not travel to it";
}

TYPED_TEST_P(AdapterSuite, SubscriptionsAreCounted) {
  auto a = this->node("a");
  auto b = this->node("b", {"t", "t"});
  b->unsubscribe("t");
  this->settle(b);
  a->broadcast(text("t", "first"));
  a->send("end", "1");
  EXPECT_THAT(b.inbox->until("a>end 1"), ElementsAre("t x first"));
  b->unsubscribe("t");
  this->settle(b);
  a->broadcast(text("t", "second"));
  a->send("end", "2");
  EXPECT_THAT(b.inbox->until("a>end 2"), IsEmpty());
  b->subscribe("t");
  this->settle(b);
  a->broadcast(text("t", "third"));
  a->send("end", "3");
  EXPECT_THAT(b.inbox->until("a>end 3"), ElementsAre("t x third"));
}

TYPED_TEST_P(AdapterSuite, TheOrderOfOneSenderIsKeptOverAllItsTopics) {
  auto a = this->node("a");
  auto b = this->node("b", {"even", "odd"});
  std::vector<std::string> expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string topic = i % 2 ? "odd" : "even";
    a->broadcast(text(topic, std::to_string(i)));
    expected.push_back(topic + " x " + std::to_string(i));
  }
  a->send("end", "");
  EXPECT_EQ(b.inbox->until("a>end "), expected);
}

TYPED_TEST_P(AdapterSuite, PayloadsCrossUntouched) {
  auto a = this->node("a");
  auto b = this->node("b", {"t"});
  const std::string bytes("\0\r\n\xff MSG 1", 10);
  a->broadcast({"t", "raw", bytes, true, 7});
  a->broadcast({"t", "", "", false, 0});
  a->send("end", bytes);
  EXPECT_THAT(b.inbox->until("a>end " + bytes), ElementsAre("t raw " + bytes + " binary", "t  "));
}

TYPED_TEST_P(AdapterSuite, AnyTextIsATopic) {
  const std::string long_topic(5000, 'x');
  const std::vector<std::string> topics = {"",
                                           " ",
                                           ".",
                                           "a.b",
                                           "a.*",
                                           ">",
                                           "a b",
                                           "a\nb",
                                           "%41",
                                           "A",
                                           "\xc3\xa4",
                                           "\xff",
                                           "a%20b",
                                           "..",
                                           "$SYS",
                                           "a\tb",
                                           long_topic,
                                           long_topic + "y",
                                           std::string("\0", 1)};
  auto a = this->node("a");
  auto b = this->node("b");
  std::vector<std::string> expected;
  for (const std::string& topic : topics) {
    b->subscribe(topic);
    expected.push_back(topic + " x {}");
  }
  this->settle(b);
  for (const std::string& topic : topics) a->broadcast(text(topic));
  a->send("end", "");
  EXPECT_EQ(b.inbox->until("a>end "), expected);
}

TYPED_TEST_P(AdapterSuite, LargeMessagesArriveWholeAndInTheirPlace) {
  auto a = this->node("a");
  auto b = this->node("b", {"t"});
  std::string large(5'000'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 1000) large[i] = static_cast<char>('a' + i / 1000 % 26);
  a->broadcast(text("t", "before"));
  a->broadcast(text("t", large));
  a->broadcast(text("t", "after"));
  a->send("big", large);
  EXPECT_THAT(b.inbox->until("a>big " + large), ElementsAre("t x before", "t x " + large, "t x after"));
}

TYPED_TEST_P(AdapterSuite, AParcelForOneNodeReachesThatNodeAlone) {
  auto a = this->node("a");
  auto b = this->node("b@host.example");
  auto c = this->node("c");
  a->send_to("b@host.example", "work", "1");
  a->send_to("c", "work", "2");
  a->send_to("gone", "work", "3");
  a->send("end", "");
  EXPECT_THAT(b.inbox->until("a>end "), ElementsAre("a>work 1"));
  EXPECT_THAT(c.inbox->until("a>end "), ElementsAre("a>work 2"));
}

TYPED_TEST_P(AdapterSuite, ANodeThatLeftHearsNoMore) {
  auto a = this->node("a");
  auto b = this->node("b", {"t"});
  auto c = this->node("c", {"t"});
  b->stop();
  a->broadcast(text("t"));
  a->send("end", "");
  EXPECT_THAT(c.inbox->until("a>end "), ElementsAre("t x {}"));
  b.inbox->connected(true);  // not by the adapter
  EXPECT_THAT((b.inbox->deliver(text("sentinel")), b.inbox->until("sentinel x {}")), IsEmpty());
}

TYPED_TEST_P(AdapterSuite, WhatWasSentBeforeStopArrives) {
  auto a = this->node("a");
  auto b = this->node("b", {"t"});
  for (int i = 0; i < 100; ++i) a->broadcast(text("t"));
  a->send("goodbye", "");
  a->stop();
  EXPECT_EQ(b.inbox->until("a>goodbye ").size(), 100u);
}

TYPED_TEST_P(AdapterSuite, CountsWhatItSendsAndReceives) {
  auto a = this->node("a");
  auto b = this->node("b", {"t"});
  a->broadcast(text("t"));
  a->send("end", "");
  b.inbox->until("a>end ");
  this->settle(a);
  EXPECT_TRUE(a->stats().connected);
  EXPECT_EQ(a->stats().sent_messages, 2u);
  EXPECT_EQ(b->stats().received_messages, 2u);
  EXPECT_EQ(a->stats().dropped_messages, 0u);
}

REGISTER_TYPED_TEST_SUITE_P(AdapterSuite, ABroadcastReachesTheOtherNodesThatSubscribed, NothingComesBackToTheSender,
                            ANodeReceivesOnlyTopicsThatItSubscribedTo, SubscriptionsAreCounted,
                            TheOrderOfOneSenderIsKeptOverAllItsTopics, PayloadsCrossUntouched, AnyTextIsATopic,
                            LargeMessagesArriveWholeAndInTheirPlace, AParcelForOneNodeReachesThatNodeAlone,
                            ANodeThatLeftHearsNoMore, WhatWasSentBeforeStopArrives, CountsWhatItSendsAndReceives);

}  // namespace roost::pubsub::testing
