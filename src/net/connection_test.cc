#include "net/connection.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "net/connection_testing.h"

namespace roost::net {
namespace {

using test::Client;
using test::ConnectionTest;
using test::pattern;
using test::Served;

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
