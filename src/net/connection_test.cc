#include "net/connection.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "net/cork.h"
#include "net/test_support.h"

namespace roost::net {
namespace {

using test::Client;
using test::Event;
using test::Served;

/// One listener on a loop of its own; each client that comes gets a Served from `serve`.
class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    thread_.call([this] {
      auto listener =
          Listener::create(thread_.loop(), {}, [this](Accepted accepted) { on_accept(std::move(accepted)); });
      ASSERT_TRUE(listener) << listener.error().message;
      listener_ = std::move(*listener);
    });
  }
  ~ConnectionTest() override {
    thread_.call([this] {
      listener_.reset();
      served_.clear();
    });
  }

  void on_accept(Accepted accepted) {
    auto& served = *served_.emplace_back(std::make_unique<Served>());
    served.connection = std::make_unique<Connection>(thread_.loop(), std::move(accepted.fd), served);
    if (serve_) serve_(served);
  }
  std::uint16_t port() { return listener_->port(); }
  template <typename Fn>
  auto call(Fn fn) {
    return thread_.call(std::move(fn));
  }
  /// Waits until `done()` says so on the loop, looking once a turn.
  template <typename Done>
  void until(Done done) {
    const auto deadline = Clock::now() + test::kPatience;
    while (!call(done)) ASSERT_LT(Clock::now(), deadline);
  }
  static void echo(Served& served) {
    served.data = [&served](std::span<char> bytes) { served.connection->send_copy({bytes.data(), bytes.size()}); };
  }

  test::LoopThread thread_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::unique_ptr<Served>> served_;  // loop thread only
  std::function<void(Served&)> serve_;           // set before a client connects
  // What the hooks saw, on the loop thread; here because they may run until the fixture goes.
  std::string got_;
  std::vector<std::string> seen_;
  std::vector<CloseReason> ends_;
  int drains_ = 0;
  int calls_ = 0;
  Event first_, second_, third_;
};

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

TEST_F(ConnectionTest, EchoesWhatItGets) {
  serve_ = echo;
  Client client(port());
  for (const std::string text : {"a", "hello", "once more"}) {
    client.send(text);
    EXPECT_EQ(client.read(text.size()), text);
  }
}

TEST_F(ConnectionTest, EchoesAMegabyteInBothDirectionsAtOnce) {
  serve_ = echo;
  Client client(port());
  const std::string bytes = pattern(1 << 20);
  std::thread sender([&] { client.send(bytes); });
  EXPECT_EQ(client.read(bytes.size()), bytes);
  sender.join();
}

TEST_F(ConnectionTest, HundredsOfSendsInOneTurnArriveInOrder) {
  std::string expected;
  for (int i = 0; i < 500; ++i) expected += "frame " + std::to_string(i) + std::string(i % 100 == 7 ? 20'000 : 0, 'x');
  serve_ = [](Served& served) {
    for (int i = 0; i < 500; ++i)
      served.connection->send_copy("frame " + std::to_string(i) + std::string(i % 100 == 7 ? 20'000 : 0, 'x'));
    EXPECT_GT(served.connection->outbox_bytes(), 100'000u) << "nothing leaves before the end of the turn";
  };
  Client client(port());
  EXPECT_EQ(client.read(expected.size()), expected);
}

TEST_F(ConnectionTest, WhatIsSentWhileItIsReadArrivesInOrder) {
  std::string expected;
  const auto send_all = [&expected](Served& served, bool corked) {
    const auto copy = [&](const std::string& bytes) {
      if (corked) served.connection->send_copy(bytes);
      if (!corked) expected += bytes;
    };
    const auto share = [&](const std::string& bytes) {
      if (corked) served.connection->send(SharedBytes::copy(bytes));
      if (!corked) expected += bytes;
    };
    copy("one");
    share("two");
    for (int i = 0; i < 400; ++i) copy("short " + std::to_string(i) + std::string(60, '.'));  // more than fits a cork
    copy(pattern(20'000));
    copy("");
    share(pattern(300));
    copy("last");
  };
  Served nobody;
  send_all(nobody, false);
  serve_ = [&](Served& served) { served.data = [&](std::span<char>) { send_all(served, true); }; };
  Client client(port());
  for (int round = 0; round < 3; ++round) {
    client.send("go");
    ASSERT_EQ(client.read(expected.size()), expected) << round;
  }
}

TEST_F(ConnectionTest, AnswersWorthASendLeaveOnceWhatWasReadIsHandled) {
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char> bytes) {
      const std::size_t size = bytes[0] == 'm' ? Cork::kWorthASend : Cork::kWorthASend - 1;
      served.connection->send_copy(std::string(size, bytes[0]));
      EXPECT_EQ(served.connection->outbox_bytes(), size);
      thread_.loop().post([this, &served] {  // in this turn, before its end
        seen_.push_back(std::to_string(served.connection->outbox_bytes()));
      });
    };
  };
  Client client(port());
  client.send("much");
  EXPECT_EQ(client.read(Cork::kWorthASend), std::string(Cork::kWorthASend, 'm'));
  client.send("less");
  EXPECT_EQ(client.read(Cork::kWorthASend - 1), std::string(Cork::kWorthASend - 1, 'l'));
  EXPECT_EQ(call([this] { return seen_; }), (std::vector<std::string>{"0", std::to_string(Cork::kWorthASend - 1)}));
}

TEST_F(ConnectionTest, AnswersAreDroppedWithAConnectionThatIsAborted) {
  serve_ = [](Served& served) {
    served.data = [&served](std::span<char> bytes) {
      served.connection->send_copy(std::string(1000, 'x'));
      if (bytes[0] == 'a') served.connection->abort();
      if (bytes[0] == 'd') served.connection.reset();
    };
  };
  for (const char* how : {"abort", "destroy"}) {
    Client client(port());
    client.send(how);
    EXPECT_EQ(client.read(1), "") << how;
  }
  Client after(port());
  after.send("stay");
  EXPECT_EQ(after.read(1000), std::string(1000, 'x'));
}

TEST_F(ConnectionTest, ShortAnswersOfOneThatClosesAreDelivered) {
  serve_ = [](Served& served) {
    served.data = [&served](std::span<char>) {
      served.connection->send_copy(std::string(1000, 'x'));
      served.connection->send_copy("bye");
      served.connection->close_after_flush();
    };
  };
  Client client(port());
  client.send("go");
  EXPECT_EQ(client.read(2000), std::string(1000, 'x') + "bye");
}

TEST_F(ConnectionTest, ShortAnswersToAPeerThatDoesNotReadWaitAndArriveInOrder) {
  serve_ = [](Served& served) {
    served.data = [&served](std::span<char> bytes) {
      for (std::string_view rest(bytes.data(), bytes.size()); !rest.empty();
           rest.remove_prefix(std::min<std::size_t>(rest.size(), 100)))
        served.connection->send_copy(rest.substr(0, 100));
    };
  };
  Client client(port(), 16 * 1024);
  const std::string bytes = pattern(8 << 20);
  std::thread sender([&] { client.send(bytes); });
  until([this] { return !served_.empty() && served_[0]->connection->blocked(); });
  EXPECT_EQ(client.read(bytes.size()), bytes);
  sender.join();
}

TEST_F(ConnectionTest, SendsSharedBytesFromTheirOffset) {
  const auto shared = SharedBytes::copy("__head|body");
  serve_ = [&shared](Served& served) {
    served.connection->send(shared, 2);
    served.connection->send(shared, 7);
  };
  Client client(port());
  EXPECT_EQ(client.read(13), "head|bodybody");
}

TEST_F(ConnectionTest, ASlowReaderGetsFiftyMegabytesAndDrainsOnce) {
  constexpr std::size_t kFrame = 64 * 1024 + 17, kFrames = 800;
  const std::string frame = pattern(kFrame);
  serve_ = [this, frame](Served& served) {
    const auto shared = SharedBytes::copy(frame);
    for (std::size_t i = 0; i < kFrames; ++i) served.connection->send(shared);
    served.drained = [this] { ++drains_; };
  };
  Client client(port(), 16 * 1024);
  until([this] { return !served_.empty() && served_[0]->connection->blocked(); });
  EXPECT_GT(call([this] { return served_[0]->connection->outbox_bytes(); }), kFrame);
  for (std::size_t i = 0; i < kFrames; ++i) ASSERT_EQ(client.read(kFrame), frame) << i;
  until([this] { return drains_ == 1; });
  EXPECT_EQ(call([this] { return served_[0]->connection->outbox_bytes(); }), 0u);
}

TEST_F(ConnectionTest, CloseAfterFlushDeliversEverythingThoughThePeerSendsOn) {
  const std::string bytes = pattern(3'000'000);
  serve_ = [bytes](Served& served) {
    served.data = [&served, bytes](std::span<char>) {
      served.connection->send_copy(bytes);
      served.connection->close_after_flush();
      served.connection->send_copy("too late");
      served.connection.reset();
    };
  };
  Client client(port(), 16 * 1024);
  client.send("go");
  client.send(pattern(100'000));  // nobody reads it: would be a reset if the socket were closed at once
  EXPECT_EQ(client.read(bytes.size()), bytes);
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(call([this] { return thread_.loop().lingering(); }), 1u);
  client.close();
  until([this] { return thread_.loop().lingering() == 0; });
}

TEST_F(ConnectionTest, CloseAfterFlushWaitsForThePeerNoLongerThanTheLinger) {
  serve_ = [](Served& served) { served.connection->close_after_flush(); };
  const auto start = Clock::now();
  Client client(port());
  EXPECT_TRUE(client.at_end());
  until([this] { return thread_.loop().lingering() == 0; });  // the client stays
  EXPECT_GE(Clock::now() - start, Connection::kLinger);
}

TEST_F(ConnectionTest, AfterThePeerClosedWhatIsSentStillArrives) {
  serve_ = [](Served& served) {
    served.end = [&served](CloseReason reason) {
      EXPECT_EQ(reason, CloseReason::peer_closed);
      served.connection->send_copy("bye");
      served.connection->close_after_flush();
    };
  };
  Client client(port());
  client.end_sending();
  EXPECT_EQ(client.read(10), "bye");
  EXPECT_TRUE(client.at_end());
  until([this] { return thread_.loop().lingering() == 0; });
}

TEST_F(ConnectionTest, APeersResetIsToldOnceAsReset) {
  serve_ = [this](Served& served) { served.end = [this](CloseReason reason) { ends_.push_back(reason); }; };
  Client client(port());
  until([this] { return !served_.empty(); });
  client.reset();
  until([this] { return !ends_.empty(); });
  call([this] { served_[0]->connection->send_copy("to nobody"); });
  EXPECT_EQ(call([this] { return ends_; }), std::vector{CloseReason::reset});
}

TEST_F(ConnectionTest, AResetWhileTheOutboxIsBlockedEndsIt) {
  serve_ = [this](Served& served) {
    served.connection->pause_reading();
    served.connection->send(SharedBytes::copy(pattern(20'000'000)));
    served.end = [this](CloseReason reason) { ends_.push_back(reason); };
  };
  Client client(port(), 16 * 1024);
  until([this] { return !served_.empty() && served_[0]->connection->blocked(); });
  client.reset();
  until([this] { return !ends_.empty(); });
  EXPECT_EQ(call([this] { return ends_; }), std::vector{CloseReason::reset});
}

TEST_F(ConnectionTest, MayBeDestroyedInEachCallback) {
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char> bytes) {
      const auto what = std::string_view(bytes.data(), bytes.size());
      if (what == "drain") return served.connection->send_copy(pattern(20'000'000));
      served.connection.reset();
      first_.set();
    };
    served.end = [this, &served](CloseReason) {
      served.connection.reset();
      second_.set();
    };
    served.drained = [this, &served] {
      served.connection.reset();
      third_.set();
    };
  };
  Client a(port());
  a.send("x");
  EXPECT_TRUE(first_.wait());
  Client b(port());
  b.close();
  EXPECT_TRUE(second_.wait());
  Client c(port(), 16 * 1024);
  c.send("drain");
  // Not read before: a client that keeps up with one long send leaves nothing to drain.
  until([this] { return served_.size() == 3 && served_[2]->connection->blocked(); });
  EXPECT_EQ(c.read(20'000'000).size(), 20'000'000u);
  EXPECT_TRUE(third_.wait());
}

TEST_F(ConnectionTest, AbortCutsAndTellsNothing) {
  serve_ = [](Served& served) {
    served.connection->send_copy("lost");
    served.connection->abort();
    served.connection->send_copy("lost too");
    served.end = [](CloseReason) { ADD_FAILURE() << "on_end after abort"; };
  };
  Client client(port());
  EXPECT_EQ(client.read(10), "");
}

TEST_F(ConnectionTest, GivesNoDataWhilePausedAndAllOfItAfter) {
  serve_ = [this](Served& served) {
    served.connection->pause_reading();
    served.data = [this](std::span<char> bytes) { got_.append(bytes.data(), bytes.size()); };
  };
  Client client(port());
  client.send("hello");
  until([this] { return !served_.empty(); });
  for (int turn = 0; turn < 20; ++turn) EXPECT_EQ(call([this] { return got_; }), "");
  call([this] { served_[0]->connection->resume_reading(); });
  until([this] { return got_ == "hello"; });
}

TEST_F(ConnectionTest, PausedInsideOnDataItStopsThere) {
  const std::string bytes = pattern(4'000'000);
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char> part) {
      got_.append(part.data(), part.size());
      ++calls_;
      served.connection->pause_reading();
      thread_.loop().post([&served, this, seen = calls_] {
        EXPECT_EQ(seen, calls_);
        served.connection->resume_reading();
      });
    };
  };
  Client client(port());
  client.send(bytes);
  until([&] { return got_.size() == bytes.size(); });
  EXPECT_EQ(got_, bytes);
}

TEST_F(ConnectionTest, WorkPostedBeforeBytesWereSentRunsBeforeThem) {
  serve_ = [this](Served& served) {
    served.data = [this](std::span<char> bytes) { seen_.emplace_back(bytes.data(), bytes.size()); };
  };
  Client client(port());
  until([this] { return !served_.empty(); });
  for (int i = 0; i < 500; ++i) {
    call([this] { seen_.clear(); });
    thread_.loop().post([this] { seen_.emplace_back("posted"); });
    client.send("bytes");
    until([this] { return seen_.size() == 2; });
    ASSERT_EQ(seen_[0], "posted");
  }
}

TEST_F(ConnectionTest, PostedWorkThatPausesKeepsTheBytesForLater) {
  serve_ = [this](Served& served) {
    served.data = [this](std::span<char> bytes) { got_.append(bytes.data(), bytes.size()); };
  };
  Client other(port()), client(port());
  until([this] { return served_.size() == 2; });
  call([this] {  // while this handler runs, both the bytes and the pause come in
    served_[0]->data = [this](std::span<char>) {
      thread_.loop().post([this] { served_[1]->connection->pause_reading(); });
      first_.set();
      EXPECT_TRUE(second_.wait());
    };
  });
  other.send("x");
  EXPECT_TRUE(first_.wait());
  client.send("kept");
  second_.set();
  for (int turn = 0; turn < 20; ++turn) EXPECT_EQ(call([this] { return got_; }), "");
  call([this] { served_[1]->connection->resume_reading(); });
  until([this] { return got_ == "kept"; });
}

TEST_F(ConnectionTest, ManyConnectionsComeAndGo) {
  serve_ = [](Served& served) {
    echo(served);
    served.end = [&served](CloseReason) { served.connection.reset(); };
  };
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 300; ++i) clients.push_back(std::make_unique<Client>(port()));
  for (auto& client : clients) client->send("ping");
  for (auto& client : clients) EXPECT_EQ(client->read(4), "ping");
  clients.clear();
  until([this] { return std::ranges::all_of(served_, [](const auto& served) { return !served->connection; }); });
}

}  // namespace
}  // namespace roost::net
