// The code of docs/guide/documents.md, compiled and run. `./dev check` compares the page with this file.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

namespace poll {

struct Poll {
  std::map<std::string, int> votes;
};
BOOST_DESCRIBE_STRUCT(Poll, (), (votes))

struct Vote {
  std::string choice;
};
BOOST_DESCRIBE_STRUCT(Vote, (), (choice))

class PollChannel : public roost::Channel {
 public:
  explicit PollChannel(roost::Document<Poll> poll) : poll_(std::move(poll)) {}
  static void events(roost::Events<PollChannel>& on) {
    on.event("vote", &PollChannel::vote).replies<roost::DocumentVersion>();
    on.event("vote_once", &PollChannel::vote_once);
    on.event("break", &PollChannel::break_it);
    on.shares<Poll>();
  }

  roost::Task<roost::JoinReply> join(roost::Payload params) { return poll_.join(std::move(params)); }

  roost::Task<roost::Reply> vote(Vote vote) {
    const auto count = [vote](Poll& poll) { ++poll.votes[vote.choice]; };
    co_return roost::ok(co_await poll_.update(count));
  }

  roost::Task<roost::Reply> vote_once(Vote vote) {
    const auto add = [vote](Poll& poll) { return poll.votes.emplace(vote.choice, 1).second; };
    const auto [is_new, now] = co_await poll_.update(add);
    if (!is_new) co_return roost::error({{"reason", "somebody did"}});
    co_return roost::ok(now);
  }

  roost::Task<roost::Reply> break_it() {
    co_await poll_.update([](Poll& poll) {
      poll.votes.clear();
      throw std::runtime_error("no");
    });
    co_return roost::ok();
  }

 private:
  roost::Document<Poll> poll_;
};

void set_up(roost::App& app) {
  auto poll = app.document<Poll>("poll");
  app.socket("/socket").channel<PollChannel>("poll", poll);
}

class PollTest : public ::testing::Test {
 protected:
  PollTest() { set_up(server.app()); }
  roost::testing::ClientChannel join(const roost::Payload& params = {}) {
    return server.connect("/socket").join("poll", params);
  }
  roost::testing::Server server;
};

TEST_F(PollTest, AVoteGoesToAllAsAPatch) {
  auto ann = join();
  auto bob = join();
  const auto ref = ann.push("vote", {{"choice", "tea"}});
  ann.expect_reply(ref, "ok", {{"version", 2}});
  const auto patch = bob.expect_broadcast("patch", roost::testing::including({{"version", 2}}));
  EXPECT_EQ(boost::json::serialize(patch.json().at("ops")),
            R"([{"op":"replace","path":"","value":{"votes":{"tea":1}}}])");
}

TEST_F(PollTest, WhoComesBackGetsWhatIsMissing) {
  auto ann = join();
  const auto joined = server.connect("/socket").start_join("poll").expect_joined();
  const std::string epoch(joined.json().at("epoch").as_string());
  ann.call("vote", {{"choice", "tea"}});
  const boost::json::object roost = {{"epoch", epoch}, {"version", 1}};
  const auto reply = server.connect("/socket").start_join("poll", {{"roost", roost}}).expect_joined();
  EXPECT_EQ(reply.json().at("version").as_int64(), 2);
  EXPECT_EQ(reply.json().at("patches").as_array().size(), 1u);
}

TEST_F(PollTest, AnUpdateMayGiveAResult) {
  auto ann = join();
  ann.expect_reply(ann.push("vote_once", {{"choice", "tea"}}), "ok", {{"version", 2}});
  ann.expect_reply(ann.push("vote_once", {{"choice", "tea"}}), "error", {{"reason", "somebody did"}});
}

TEST_F(PollTest, AnUpdateThatThrowsChangesNothing) {
  auto ann = join();
  ann.call("vote", {{"choice", "tea"}});
  auto bob = join();
  bob.push("break");
  bob.expect_crashed();
  const auto reply = server.connect("/socket").start_join("poll").expect_joined();
  EXPECT_EQ(reply.json().at("state"), boost::json::value({{"votes", {{"tea", 1}}}}));
  EXPECT_EQ(reply.json().at("version").as_int64(), 2);
}

}  // namespace poll
