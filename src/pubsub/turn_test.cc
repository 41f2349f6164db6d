#include "pubsub/turn.h"

#include <array>
#include <random>

#include "pubsub/pubsub_testing.h"

namespace roost::pubsub::testing {
namespace {

/// A connection that notes what leaves it at the end of a turn, and a subscriber that sends there by batches.
class Member final : public Subscriber {
 public:
  explicit Member(bool batches) : batches_(batches) {}

  void deliver(const Message& message, FrameCache& frames) override {
    ++deliveries;
    send(encode(message, frames).framed());
  }
  bool deliver_batch(const Message& message, FrameCache& frames, Turn& turn) override {
    if (!batches_) {
      deliver(message, frames);
      return false;
    }
    connection_->take(turn.batch(form(), nullptr, encode(message, frames), *this));
    return true;
  }
  const Frame& encode(const Message& message, FrameCache& frames) override {
    return frames.get(form(), nullptr, [&] {
      ++encoded();
      const std::string text = std::string(message.event) + " ";
      return Frame::make(text.size(), false, nullptr, [&](char* out) { std::memcpy(out, text.data(), text.size()); });
    });
  }
  void leave_batch(Batch& batch) override {
    if (connection_->batch.get() == &batch) connection_->settle();
    batch.leave(*connection_);
  }

  void send(std::string_view text) { connection_->send(text); }
  std::string heard() {
    connection_->settle();
    return connection_->text;
  }
  static int& encoded() {
    static int count = 0;
    return count;
  }

  int deliveries = 0;

 private:
  struct Connection final : BatchTaker {
    std::string text;
    boost::intrusive_ptr<Batch> batch;
    std::size_t from = 0;
    void take(Batch& next) {
      if (const auto old = settle()) old->come_back(*this);
      batch = &next;
      from = next.last();
    }
    void more(Batch& next) override { take(next); }
    void send(std::string_view more) {
      if (const auto old = settle()) old->come_back(*this);
      text += more;
    }
    boost::intrusive_ptr<Batch> settle() {
      if (batch) text += batch->view(from);
      return std::move(batch);
    }
  };
  static const void* form() {
    static const int form = 0;
    return &form;
  }

  const bool batches_;
  boost::intrusive_ptr<Connection> connection_ = new Connection;
};

class Turns : public ::testing::Test {
 protected:
  Turns() {
    for (int i = 0; i < 6; ++i) add("room");
    Member::encoded() = 0;
  }
  Member& add(std::string_view topic, bool batches = true) {
    Member& member = *members.emplace_back(std::make_unique<Member>(batches));
    subscriptions.push_back(table.subscribe(topic, member, members.size()));
    return member;
  }
  void publish(std::string_view event, std::string_view topic = "room", SubscriberId from = 0) {
    table.dispatch(message(topic, event, from));
  }
  void end_turn() { executor.run_until_idle(); }

  roost::testing::FakeExecutor executor;
  Interest interest;
  Table table{interest, 0, executor};
  std::vector<std::unique_ptr<Member>> members;
  std::vector<Subscription> subscriptions;
};

TEST_F(Turns, HandEverySubscriberEveryMessageInOrder) {
  for (const auto* event : {"a", "b", "c"}) publish(event);
  end_turn();
  publish("d");
  publish("e");
  for (const auto& member : members) EXPECT_EQ(member->heard(), "a b c d e ");
}

TEST_F(Turns, EncodeAMessageOnceForAllAndAskNobodyAfterTheFirst) {
  Member& alone = add("room", false);
  for (int i = 0; i < 10; ++i) publish("x");
  EXPECT_EQ(Member::encoded(), 10);
  EXPECT_EQ(alone.deliveries, 10);
  EXPECT_EQ(members[0]->deliveries, 0);
}

TEST_F(Turns, B1_TheSenderIsLeftOutWhereverItsMessageStands) {
  publish("a", "room", 1);
  publish("b");
  publish("c", "room", 2);
  publish("d", "room", 1);
  publish("e");
  EXPECT_EQ(members[0]->heard(), "b c e ");
  EXPECT_EQ(members[1]->heard(), "a b d e ");
  EXPECT_EQ(members[2]->heard(), "a b c d e ");
}

TEST_F(Turns, B1_TheSenderIsLeftOutAlsoBehindWhatItGotOtherwise) {
  publish("a");
  members[0]->send("reply ");
  publish("b", "room", 1);
  publish("c");
  EXPECT_EQ(members[0]->heard(), "a reply c ");
  EXPECT_EQ(members[1]->heard(), "a b c ");
}

TEST_F(Turns, WhatAConnectionGetsOtherwiseKeepsItsPlace) {
  publish("a");
  members[0]->send("reply ");
  publish("b");
  publish("c");
  members[0]->send("push ");
  publish("d");
  EXPECT_EQ(members[0]->heard(), "a reply b c push d ");
  EXPECT_EQ(members[1]->heard(), "a b c d ");
}

TEST_F(Turns, OneWhoTakesItsMessagesAloneGetsEachOnce) {
  publish("a");
  subscriptions[0].leave_turn();
  members[1]->send("reply ");
  subscriptions[1].leave_turn();
  subscriptions[1].leave_turn();
  publish("b");
  end_turn();
  subscriptions[2].leave_turn();  // there is none
  publish("c");
  EXPECT_EQ(members[0]->heard(), "a b c ");
  EXPECT_EQ(members[0]->deliveries, 1);
  EXPECT_EQ(members[1]->heard(), "a reply b c ");
  EXPECT_EQ(members[2]->heard(), "a b c ");
  EXPECT_EQ(members[2]->deliveries, 0);
}

TEST_F(Turns, OneWhoComesHearsWhatFollowsAndOneWhoGoesWhatWentBefore) {
  publish("a");
  Member& late = add("room");
  publish("b");
  subscriptions[0].end();
  publish("c");
  EXPECT_EQ(late.heard(), "b c ");
  EXPECT_EQ(members[0]->heard(), "a b ");
  EXPECT_EQ(members[1]->heard(), "a b c ");
}

TEST_F(Turns, MessagesOfSeveralTopicsKeepTheirOrderOnEachConnection) {
  for (std::size_t i = 0; i < 6; ++i)
    subscriptions.push_back(table.subscribe("lobby", *members[i < 3 ? i : 0], 100 + i));
  publish("a");
  publish("b", "lobby");
  publish("c");
  publish("d");
  publish("e", "lobby");
  EXPECT_EQ(members[1]->heard(), "a b c d e ");
  EXPECT_EQ(members[5]->heard(), "a c d ");
}

/// Whatever happens in a turn, each connection gets what is for it, once and in order.
TEST(TurnsAtRandom, EveryConnectionHearsWhatIsForItInTheOrderOfTheMessages) {
  static constexpr std::array<std::string_view, 3> kTopics = {"a", "b", "c"};
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::minstd_rand random(seed);
    const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
    roost::testing::FakeExecutor executor;
    Interest interest;
    Table table(interest, 0, executor);
    struct One {
      std::unique_ptr<Member> member;
      std::array<Subscription, kTopics.size()> subscriptions;
      std::string expected;
    };
    std::vector<One> all;
    for (std::size_t i = 0; i < 9; ++i) all.push_back({std::make_unique<Member>(i % 4 != 3), {}, ""});
    for (int step = 0; step < 200; ++step) {
      const std::string text = std::to_string(step);
      const std::size_t id = below(all.size()), topic = below(kTopics.size());
      One& one = all[id];
      switch (const std::size_t action = below(20)) {
        case 0:
          executor.run_until_idle();  // the turn is over
          for (One& each : all) each.member->heard();
          break;
        case 1:
        case 2:
          one.subscriptions[topic].leave_turn();
          break;
        case 3:
        case 4:
        case 5:
          if (one.subscriptions[topic])
            one.subscriptions[topic].end();
          else
            one.subscriptions[topic] = table.subscribe(kTopics[topic], *one.member, id + 1);
          break;
        case 6:
        case 7:
        case 8:
          one.member->send("to " + text + " ");
          one.expected += "to " + text + " ";
          break;
        default: {
          const bool others = action % 2 == 0;
          table.dispatch(message(kTopics[topic], text, others ? id + 1 : 0));
          for (One& each : all)
            if (each.subscriptions[topic] && !(others && &each == &one)) each.expected += text + " ";
        }
      }
    }
    for (const One& each : all) ASSERT_EQ(each.member->heard(), each.expected) << "seed " << seed;
  }
}

TEST_F(Turns, ALongTurnBeginsANewBatchAndLosesNothing) {
  const std::string event(Batch::kBytesMax / 3, 'x');
  for (int i = 0; i < 7; ++i) publish(event);
  EXPECT_EQ(members[3]->heard().size(), 7 * (event.size() + 1));
}

}  // namespace
}  // namespace roost::pubsub::testing
