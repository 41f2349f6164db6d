#include "pubsub/memory_adapter.h"

#include "pubsub/adapter_suite.h"

namespace roost::pubsub::testing {
namespace {

class MemoryKind final : public AdapterKind {
 public:
  std::unique_ptr<Adapter> make(std::string node) override {
    return std::make_unique<MemoryAdapter>(broker_, std::move(node));
  }

 private:
  MemoryBroker broker_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, AdapterSuite, MemoryKind);

TEST(MemoryAdapter, WhatIsSaidWhileTheBrokerIsAwayIsLostAndCounted) {
  MemoryBroker broker;
  MemoryAdapter a(broker, "a"), b(broker, "b");
  Inbox at_a, at_b;
  a.start(at_a);
  b.start(at_b);
  broker.go_away();
  a.send("lost", "");
  EXPECT_TRUE(at_a.wait_for_connection(false));
  EXPECT_EQ(a.stats().dropped_messages, 1u);
  EXPECT_EQ(b.stats().disconnects, 1u);
  broker.come_back();
  EXPECT_TRUE(at_b.wait_for_connection(true));
  a.send("heard", "");
  EXPECT_THAT(at_b.until("a>heard "), IsEmpty());
}

}  // namespace
}  // namespace roost::pubsub::testing
