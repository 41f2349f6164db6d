#include "broker/nats_adapter.h"

#include "broker/frame.h"
#include "broker/nats_testing.h"
#include "pubsub/adapter_suite.h"

namespace roost::pubsub::testing {
namespace {

using broker::NatsAdapter;
using broker::NatsOptions;
using broker::testing::NatsServer;
using broker::testing::WaitingLog;

class NatsKind final : public AdapterKind {
 public:
  std::unique_ptr<Adapter> make(std::string node) override {
    auto made = NatsAdapter::create({.node = std::move(node), .urls = {server_.url()}}, log_);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

 private:
  NatsServer server_;
  WaitingLog log_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Nats, AdapterSuite, NatsKind);

/// A node on a NATS server.
struct Node {
  explicit Node(NatsOptions options) : adapter(*NatsAdapter::create(std::move(options), log)) { adapter->start(inbox); }
  Node(const std::string& name, const std::string& url) : Node(NatsOptions{.node = name, .urls = {url}}) {}
  Adapter* operator->() const { return adapter.get(); }
  void settle() const {
    std::promise<void> settled;
    adapter->settle([&settled] { settled.set_value(); });
    settled.get_future().wait();
  }

  WaitingLog log;
  Inbox inbox;
  std::unique_ptr<NatsAdapter> adapter;
};

TEST(Nats, AServerThatComesBackIsFoundWithAllSubscriptions) {
  NatsServer server;
  Node a("a", server.url()), b("b", server.url());
  b->subscribe("t");
  EXPECT_TRUE(a.inbox.wait_for_connection(true));
  EXPECT_TRUE(b.inbox.wait_for_connection(true));
  server.stop();
  EXPECT_TRUE(a.inbox.wait_for_connection(false));
  EXPECT_TRUE(b.inbox.wait_for_connection(false));
  EXPECT_FALSE(a->stats().connected);
  b->subscribe("u");
  server.start();
  EXPECT_TRUE(b.inbox.wait_for_connection(true));
  EXPECT_TRUE(a.inbox.wait_for_connection(true));
  b.settle();
  a->broadcast(text("t"));
  a->broadcast(text("u"));
  a->send("end", "");
  EXPECT_THAT(b.inbox.until("a>end "), ElementsAre("t x {}", "u x {}"));
  EXPECT_EQ(a->stats().disconnects, 1u);
}

TEST(Nats, AServerThatIsAwayAtTheStartIsWaitedFor) {
  NatsServer server;
  server.stop();
  Node a("a", server.url());
  a->subscribe("t");
  EXPECT_TRUE(a.log.wait_for("the broker is away"));
  server.start();
  EXPECT_TRUE(a.inbox.wait_for_connection(true));
  Node b("b", server.url());
  EXPECT_TRUE(b.inbox.wait_for_connection(true));
  a.settle();
  b->broadcast(text("t"));
  b->send("end", "");
  EXPECT_THAT(a.inbox.until("b>end "), ElementsAre("t x {}"));
}

TEST(Nats, WhatIsSentWhileTheServerIsAwayArrivesIfThatIsShort) {
  NatsServer server;
  server.stop();
  Node a("a", server.url());
  EXPECT_TRUE(a.log.wait_for("the broker is away"));
  for (const char* number : {"1", "2", "3"}) a->send("kept", number);
  server.start();
  // Nobody listens when it leaves, but it does leave.
  EXPECT_TRUE(a.inbox.wait_for_connection(true));
  a.settle();
  EXPECT_EQ(a->stats().sent_messages + a->stats().dropped_messages, 3u);
}

TEST(Nats, MoreThanTheQueueHoldsIsDroppedAndCounted) {
  NatsServer server;
  server.stop();
  Node a({.node = "a", .urls = {server.url()}, .queue_bytes_max = 1000});
  EXPECT_TRUE(a.log.wait_for("the broker is away"));
  for (int i = 0; i < 10; ++i) a->send("work", std::string(300, 'x'));
  EXPECT_EQ(a->stats().dropped_messages, 7u);
  EXPECT_TRUE(a.log.has("warn messages to other nodes are dropped node=a code=broker_dropped why=more waits"));
  EXPECT_FALSE(a.log.wait_for("broker_dropped", 2, std::chrono::seconds(0))) << "said once";
  server.start();
  EXPECT_TRUE(a.log.wait_for("messages to other nodes are sent again node=a dropped="));
  EXPECT_EQ(a->stats().trouble, "");
}

TEST(Nats, AServerThatStandsStillHoldsNobodyUp) {
  NatsServer server;
  Node a({.node = "a", .urls = {server.url()}, .queue_bytes_max = 1'000'000});
  EXPECT_TRUE(a.inbox.wait_for_connection(true));
  server.signal(SIGSTOP);
  const std::string large(100'000, 'x');
  for (int i = 0; i < 10'000 && a->stats().dropped_messages == 0; ++i) a->send("work", large);
  EXPECT_GT(a->stats().dropped_messages, 0u);
  EXPECT_TRUE(a.log.wait_for("warn messages to other nodes are dropped node=a code=broker_dropped"));
  server.signal(SIGCONT);
  a.settle();  // behind all that waited
  EXPECT_GT(a->stats().sent_messages, 0u);
}

TEST(Nats, AServerThatRefusesUsIsTriedAgain) {
  NatsServer server({"--user", "roost", "--pass", "right"});
  const std::string url = server.url().replace(0, 7, "nats://roost:wrong@");
  Node a("a", url);
  EXPECT_TRUE(a.log.wait_for("error the broker is away node=a code=broker_auth why=Authorization Violation"));
  Node b("b", server.url().replace(0, 7, "nats://roost:right@"));
  EXPECT_TRUE(b.inbox.wait_for_connection(true));
  EXPECT_EQ(a->stats().trouble, "broker_auth");
  EXPECT_EQ(b->stats().trouble, "");
  EXPECT_FALSE(a.log.has("wrong")) << "passwords stay out of the log";
}

TEST(Nats, NodesMeetAndPart) {
  NatsServer server;
  Node a("a", server.url());
  EXPECT_TRUE(a.inbox.wait_for_connection(true));
  {
    const Node b("b", server.url());
    EXPECT_TRUE(a.log.wait_for("met a node node=b"));
    EXPECT_TRUE(b.log.wait_for("met a node node=a"));
    EXPECT_EQ(b->stats().nodes, 1u);
  }
  EXPECT_TRUE(a.log.wait_for("a node left node=b"));
  EXPECT_EQ(a->stats().nodes, 0u);
}

TEST(Nats, TwoProcessesWithOneNameSaySo) {
  NatsServer server;
  const Node a("same", server.url()), b("same", server.url());
  EXPECT_TRUE(a.log.wait_for("another process bears this node's name"));
  EXPECT_TRUE(b.log.wait_for("another process bears this node's name"));
  EXPECT_EQ(a->stats().trouble, "broker_name_taken");
}

TEST(Nats, ClustersWithDifferentPrefixesDoNotMeet) {
  NatsServer server;
  Node a({.node = "a", .urls = {server.url()}, .prefix = "blue"});
  Node b({.node = "b", .urls = {server.url()}, .prefix = "green"});
  Node c({.node = "c", .urls = {server.url()}, .prefix = "green"});
  b->subscribe("t");
  EXPECT_TRUE(b.log.wait_for("met a node node=c"));
  b.settle();
  a->broadcast(text("t"));
  a.settle();
  c->send("end", "");
  EXPECT_THAT(b.inbox.until("c>end "), IsEmpty());
}

TEST(Nats, OptionsThatCannotWorkAreNamed) {
  WaitingLog log;
  const auto refusal = [&](NatsOptions options) {
    const auto made = NatsAdapter::create(std::move(options), log);
    return made ? "" : made.error().message;
  };
  EXPECT_THAT(refusal({.node = "", .urls = {"nats://localhost"}}), ::testing::HasSubstr("node"));
  EXPECT_THAT(refusal({.node = "a", .urls = {}}), ::testing::HasSubstr("URL"));
  EXPECT_THAT(refusal({.node = "a", .urls = {"nats://localhost"}, .prefix = "a b"}), ::testing::HasSubstr("prefix"));
  EXPECT_THAT(refusal({.node = "a", .urls = {"http://localhost"}}), ::testing::HasSubstr("nats://"));
  EXPECT_THAT(refusal({.node = "a", .urls = {"nats://localhost"}, .ca_file = "/no/such"}),
              ::testing::HasSubstr("ca file"));
  EXPECT_THAT(refusal({.node = "a", .urls = {"nats://localhost"}, .credentials_file = "/no/such"}),
              ::testing::HasSubstr("credentials: /no/such: No such file"));
  EXPECT_THAT(refusal({.node = "a", .urls = {"nats://localhost"}, .certificate_file = "x"}),
              ::testing::HasSubstr("certificate"));
}

}  // namespace
}  // namespace roost::pubsub::testing
