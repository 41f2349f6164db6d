#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/batch.h"
#include "net/connection_testing.h"

namespace roost::net {
namespace {

using test::Client;
using test::pattern;
using test::Served;

Frame frame(std::string_view text) {
  return Frame::make(text.size(), false, nullptr, [text](char* out) { std::memcpy(out, text.data(), text.size()); });
}

/// What connections that are read in one turn of the loop do to each other.
class TurnTest : public test::ConnectionTest {
 protected:
  /// On the loop, which has it, too.
  void release(boost::intrusive_ptr<Batch>& batch) {
    call([&] { batch.reset(); });
  }
  /// The first of a new client's bytes wait in its handler until the client has reset the connection; then they are
  /// answered, in vain. `end` hears of it.
  void answer_too_late(Served& served, std::function<void()> end) {
    served.data = [this, &served](std::span<char>) {
      first_.set();
      EXPECT_TRUE(second_.wait());
      served.connection->send_copy("too late");
    };
    served.end = [this, end = std::move(end)](CloseReason reason) {
      ends_.push_back(reason);
      end();
    };
  }
};

TEST_F(TurnTest, WhatIsSentWhileItIsReadArrivesInOrder) {
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

TEST_F(TurnTest, AnswersLeaveAtTheEndOfTheTurn) {
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char> bytes) {
      served.connection->send_copy(std::string(1000, bytes[0]));
      EXPECT_EQ(served.connection->outbox_bytes(), 1000u);
      EXPECT_GE(served.connection->outbox_memory(), 1000u);
      thread_.loop().post([this, &served] {  // in this turn, before its end
        seen_.push_back(std::to_string(served.connection->outbox_bytes()));
      });
    };
  };
  Client client(port());
  client.send("x");
  EXPECT_EQ(client.read(1000), std::string(1000, 'x'));
  EXPECT_EQ(call([this] { return seen_; }), std::vector<std::string>{"1000"});
}

TEST_F(TurnTest, ManyThatAreReadInOneTurnGetTheirOwnAnswers) {
  serve_ = [](Served& served) {
    served.data = [&served](std::span<char> bytes) {
      const std::string got(bytes.begin(), bytes.end());
      std::ranges::fill(bytes, '!');  // what is read belongs to its reader, and to nobody else
      served.connection->send_copy(got);
      served.connection->send_copy(std::string(2000, got.back()));  // in all more than a cork holds
    };
  };
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 150; ++i) clients.push_back(std::make_unique<Client>(port()));
  until([this] { return served_.size() == 150; });
  const auto text = [](std::size_t i) { return std::string(1 + i * 17, static_cast<char>('0' + i)); };
  for (int round = 0; round < 3; ++round) {
    while_held([&] {
      for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->send(text(i));
    });
    for (std::size_t i = 0; i < clients.size(); ++i)
      ASSERT_EQ(clients[i]->read(text(i).size() + 2000), text(i) + std::string(2000, static_cast<char>('0' + i)));
  }
}

TEST_F(TurnTest, WhatAnotherSendsLaterInTheTurnFollowsTheAnswer) {
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char>) {
      served.connection->send_copy("answer");
      for (const auto& each : served_) {
        each->connection->send_copy(" copied");
        each->connection->send(SharedBytes::copy(" shared"));
      }
    };
  };
  Client one(port()), other(port());
  until([this] { return served_.size() == 2; });
  while_held([&] {
    one.send("1");
    other.send("2");
  });
  // Whose bytes came first was answered before the other one sent anything.
  const std::string first = "answer copied shared copied shared", second = " copied sharedanswer copied shared";
  const std::string got = one.read(first.size());
  EXPECT_EQ(other.read(second.size()), got == first ? second : first);
  EXPECT_TRUE(got == first || got == second) << got;
}

TEST_F(TurnTest, WhatWasReceivedForOneThatAnotherAbortsOrDestroysIsDropped) {
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char> bytes) {
      seen_.emplace_back(bytes.begin(), bytes.end());
      for (const auto& each : served_) {
        if (each.get() == &served || !each->connection) continue;
        if (bytes[0] == 'a') each->connection->abort();
        if (bytes[0] == 'd') each->connection.reset();
      }
      served.connection->send_copy("done");
    };
  };
  for (const std::string how : {"abort", "destroy"}) {
    call([this] { served_.clear(), seen_.clear(); });
    Client one(port()), other(port());
    until([this] { return served_.size() == 2; });
    while_held([&] {
      one.send(how);
      other.send(how);
    });
    const std::string got = one.read(4) + other.read(4);
    EXPECT_EQ(got, "done") << "one is answered, the other cut";
    EXPECT_EQ(call([this] { return seen_; }), std::vector<std::string>{how});
  }
}

TEST_F(TurnTest, WhatWasReceivedForOneThatAnotherPausesWaits) {
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char> bytes) {
      seen_.emplace_back(bytes.begin(), bytes.end());
      for (const auto& each : served_)
        if (each.get() != &served) each->connection->pause_reading();
    };
  };
  Client one(port()), other(port());
  until([this] { return served_.size() == 2; });
  while_held([&] {
    one.send("kept");
    other.send("kept");
  });
  until([this] { return !seen_.empty(); });
  for (int turn = 0; turn < 20; ++turn) ASSERT_EQ(call([this] { return seen_.size(); }), 1u);
  call([this] {
    for (const auto& each : served_) each->connection->resume_reading();
  });
  until([this] { return seen_ == std::vector<std::string>{"kept", "kept"}; });
}

TEST_F(TurnTest, AnswersAreDroppedWithAConnectionThatIsAborted) {
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

TEST_F(TurnTest, ShortAnswersOfOneThatClosesAreDelivered) {
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

TEST_F(TurnTest, AnAnswerThatCannotBeSentEndsItsConnectionWhichMayEndOthers) {
  serve_ = echo;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Client>(port()));
  until([this] { return served_.size() == 5; });
  call([this] {
    answer_too_late(*served_[2], [this] {
      served_[2]->connection.reset();
      served_[1]->connection.reset();
      served_[3]->connection->abort();
    });
  });
  while_held([&] {
    for (const auto& client : clients) client->send("hello");
  });
  ASSERT_TRUE(first_.wait());
  clients[2]->reset();
  second_.set();
  EXPECT_EQ(clients[0]->read(5), "hello");
  EXPECT_EQ(clients[4]->read(5), "hello");
  EXPECT_EQ(clients[1]->read(5), "hello") << "its answer was before";
  EXPECT_EQ(clients[3]->read(5), "") << "its answer was behind, and was dropped";
  EXPECT_EQ(call([this] { return ends_; }), std::vector{CloseReason::reset});
}

TEST_F(TurnTest, BatchesThatBeginWhenASendFailsAreWholeBeforeTheyAreSent) {
  struct Seal final : TurnEnd {
    boost::intrusive_ptr<Batch> batch = new Batch(frame("one."));
    void on_turn_end() override {
      batch->append(frame("two."));
      batch->seal();
    }
  } seal;
  Client failing(port()), other(port());
  until([this] { return served_.size() == 2; });
  call([&] {
    answer_too_late(*served_[0], [&] {
      served_[1]->connection->send(*seal.batch);
      thread_.loop().at_turn_end(seal);
    });
  });
  failing.send("hello");
  ASSERT_TRUE(first_.wait());
  failing.reset();
  second_.set();
  EXPECT_EQ(other.read(8), "one.two.");
  release(seal.batch);
}

TEST_F(TurnTest, ABatchFollowsAnAnswerAndGrowsOn) {
  boost::intrusive_ptr<Batch> batch = new Batch(frame("one."));
  serve_ = [&](Served& served) {
    served.data = [&](std::span<char>) {
      served.connection->send_copy("answer.");
      served.connection->send(*batch);
      thread_.loop().post([&] { batch->append(frame("two.")); });  // in this turn
    };
  };
  Client client(port());
  client.send("x");
  EXPECT_EQ(client.read(15), "answer.one.two.");
  release(batch);
}

TEST_F(TurnTest, AnAnswerFollowsABatchWhichGoesOnBehindIt) {
  boost::intrusive_ptr<Batch> batch = new Batch(frame("one."));
  serve_ = [&](Served& served) {
    served.data = [&](std::span<char>) {
      served.connection->send_copy("answer.");
      batch->append(frame("two."));
    };
  };
  Client client(port());
  until([this] { return served_.size() == 1; });
  while_held([&] {
    thread_.loop().post([&] { served_[0]->connection->send(*batch); });
    client.send("x");
  });
  EXPECT_EQ(client.read(15), "one.answer.two.");
  release(batch);
}

TEST_F(TurnTest, AnAnswerOfOneThatIsClosedLaterInTheTurnIsDelivered) {
  serve_ = [this](Served& served) {
    served.data = [this, &served](std::span<char>) {
      served.connection->send_copy("answer");
      thread_.loop().post([&served] { served.connection->close_after_flush(); });
    };
  };
  Client client(port());
  client.send("x");
  EXPECT_EQ(client.read(6), "answer");
  EXPECT_TRUE(client.at_end());
}

TEST_F(TurnTest, AnEmptyAnswerIsNone) {
  serve_ = [](Served& served) {
    served.data = [&served](std::span<char> bytes) {
      served.connection->send_copy("");
      EXPECT_EQ(served.connection->outbox_bytes(), 0u);
      served.connection->send_copy({bytes.data(), bytes.size()});
    };
  };
  Client client(port());
  client.send("x");
  EXPECT_EQ(client.read(1), "x");
}

}  // namespace
}  // namespace roost::net
