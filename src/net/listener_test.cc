#include "net/listener.h"

#include <netinet/tcp.h>
#include <sys/resource.h>

#include "net/test_support.h"

namespace roost::net {
namespace {

using test::Client;

TEST(Listener, SaysWhoComesAndThatNothingIsDelayed) {
  Loop loop;
  std::optional<Accepted> accepted;
  auto listener = Listener::create(loop, {}, [&](Accepted client) {
    accepted = std::move(client);
    loop.stop();
  });
  ASSERT_TRUE(listener);
  Client client((*listener)->port());
  loop.run();
  EXPECT_EQ(accepted->address, "127.0.0.1");
  EXPECT_NE(accepted->port, 0);
  int nodelay = 0;
  socklen_t size = sizeof nodelay;
  ::getsockopt(accepted->fd.get(), IPPROTO_TCP, TCP_NODELAY, &nodelay, &size);
  EXPECT_NE(nodelay, 0);
}

TEST(Listener, PausedItLeavesClientsWaitingUntilItResumes) {
  Loop loop;
  int accepted = 0;
  auto listener = Listener::create(loop, {}, [&](Accepted) {
    ++accepted;
    loop.stop();
  });
  ASSERT_TRUE(listener);
  (*listener)->pause();
  Client client((*listener)->port());
  loop.call_at(loop.now() + std::chrono::milliseconds(5), [&] {
    EXPECT_EQ(accepted, 0);
    (*listener)->resume();
  });
  loop.run();
  EXPECT_EQ(accepted, 1);
}

TEST(Listener, ATakenPortIsAnErrorThatNamesIt) {
  Loop loop;
  auto first = Listener::create(loop, {}, [](Accepted) {});
  ASSERT_TRUE(first);
  const auto second = Listener::create(loop, {.port = (*first)->port()}, [](Accepted) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message,
            "listen on 127.0.0.1:" + std::to_string((*first)->port()) + ": Address already in use");
}

TEST(Listener, AnUnknownHostIsAnError) {
  Loop loop;
  const auto listener = Listener::create(loop, {.host = "no such host"}, [](Accepted) {});
  ASSERT_FALSE(listener);
  EXPECT_TRUE(listener.error().message.starts_with("listen on no such host:0: ")) << listener.error().message;
}

TEST(Listener, TakesANameAndAnIPv6Address) {
  Loop loop;
  EXPECT_TRUE(Listener::create(loop, {.host = "localhost"}, [](Accepted) {}));
  const auto v6 = Listener::create(loop, {.host = "::1"}, [](Accepted) {});
  EXPECT_TRUE(v6 || v6.error().message.starts_with("listen on [::1]:0: "));  // a machine without IPv6
}

TEST(Listener, TwoLoopsShareAPort) {
  test::LoopThread a, b;
  std::atomic<int> at_a = 0, at_b = 0;
  std::unique_ptr<Listener> first, second;
  const auto listen = [](test::LoopThread& thread, std::uint16_t port, std::atomic<int>& count) {
    return thread.call([&thread, &count, port] {
      auto made = Listener::create(thread.loop(), {.port = port, .reuse_port = true}, [&count](Accepted) { ++count; });
      return made ? std::move(*made) : nullptr;
    });
  };
  first = listen(a, 0, at_a);
  ASSERT_TRUE(first);
  second = listen(b, first->port(), at_b);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->port(), second->port());
  constexpr int kClients = 64;
  for (int i = 0; i < kClients; ++i) EXPECT_FALSE(Client(first->port()).read(1).size());  // dropped: it closes
  EXPECT_EQ(at_a + at_b, kClients);
  EXPECT_GT(at_a, 0);
  EXPECT_GT(at_b, 0);
  a.call([&first] { first.reset(); });
  b.call([&second] { second.reset(); });
}

TEST(Listener, ClosedInItsCallbackItAcceptsNoMore) {
  Loop loop;
  std::unique_ptr<Listener> listener;
  int accepted = 0;
  auto made = Listener::create(loop, {}, [&](Accepted) {
    ++accepted;
    listener.reset();
    loop.stop();
  });
  listener = std::move(*made);
  Client a(listener->port()), b(listener->port());
  loop.run();
  EXPECT_EQ(accepted, 1);
}

TEST(Listener, OutOfDescriptorsItSaysSoAndGoesOnLater) {
  Loop loop;
  std::string error;
  bool accepted = false;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  auto listener = Listener::create(
      loop, {},
      [&](Accepted) {
        accepted = true;
        loop.stop();
      },
      [&](const Error& told) {
        error = told.message;
        ::setrlimit(RLIMIT_NOFILE, &before);
      });
  ASSERT_TRUE(listener);
  Client client((*listener)->port());
  rlimit none = before;
  none.rlim_cur = 3;  // fewer than are open: no new one
  ::setrlimit(RLIMIT_NOFILE, &none);
  loop.run();
  EXPECT_EQ(error, "accept on port " + std::to_string((*listener)->port()) + ": Too many open files");
  EXPECT_TRUE(accepted);
}

}  // namespace
}  // namespace roost::net
