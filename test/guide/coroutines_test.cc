// The code of docs/guide/coroutines.md, compiled and run. `./dev check` compares the page with this file.
#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

using namespace std::chrono_literals;

/// Stands for a database: its methods block, and any thread may call them.
class Library {
 public:
  std::vector<std::string> shelf(const std::string& topic) const {
    return topic == "shelf:a" ? std::vector<std::string>{"Anna Karenina", "Ulysses"} : std::vector<std::string>{};
  }
  std::vector<std::string> find(const std::string& text) const {
    std::vector<std::string> found;
    for (const std::string& title : shelf("shelf:a"))
      if (title.contains(text)) found.push_back(title);
    return found;
  }
  bool lend(const std::string& title) const {
    if (title.empty()) throw std::runtime_error("no title");
    return title == "Ulysses";
  }
};

struct Query {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Query, (), (text))

struct Loans {
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Loans, (), (count))

class Shelf : public roost::Channel {
 public:
  Shelf(roost::App& app, std::shared_ptr<const Library> library, roost::Agent<Loans> loans, std::shared_ptr<int> chairs)
      : app_(app), library_(std::move(library)), loans_(std::move(loans)), chairs_(std::move(chairs)) {}

  static void events(roost::Events<Shelf>& on) {
    on.event("search", &Shelf::search)
        .event("searches", &Shelf::searches)
        .event("lend", &Shelf::lend)
        .event("stamp", &Shelf::stamp)
        .event("watch", &Shelf::watch)
        .event("print", &Shelf::print)
        .event("hold", &Shelf::hold);
  }

  roost::Task<roost::JoinReply> join(std::string topic) {
    const auto read = [library = library_, topic] { return library->shelf(topic); };
    const auto titles = co_await app_.blocking(read);
    if (titles.empty()) co_return roost::refuse({{"reason", "no such shelf"}});
    co_return roost::ok({{"titles", titles}});
  }

  roost::Task<roost::Reply> search(Query query) {
    const auto find = [library = library_, query] { return library->find(query.text); };
    const auto titles = co_await app_.blocking(find);
    searches_ += 1;
    co_return roost::ok({{"titles", titles}});
  }
  roost::Reply searches() { return roost::ok({{"count", searches_}}); }

  roost::Task<roost::Reply> lend(Query title) {
    if (!co_await lent(title.text)) co_return roost::error({{"reason", "not today"}});
    const auto count = co_await loans_.update([](Loans& loans) { return ++loans.count; });
    co_return roost::ok({{"loans", count}});
  }

  roost::Task<void> stamp() {
    for (const auto pause : {1s, 2s, 4s}) {
      push("stamp", {{"next_in", pause.count()}});
      co_await roost::sleep_for(pause);
    }
  }

  void watch() {
    every(10s, [this]() -> roost::Task<void> {
      const auto loans = co_await loans_.get([](const Loans& now) { return now.count; });
      push("loans", {{"count", loans}});
    });
  }

  roost::Task<void> print() {
    reply_ref().reply(roost::ok({{"started", true}}));
    co_await roost::sleep_for(30s);
    push("printed");
  }

  roost::Task<roost::Reply> hold() {
    const Chair chair(chairs_);  // given back however this ends
    co_await roost::sleep_for(1h);
    co_return roost::ok();
  }

 private:
  struct Chair {
    explicit Chair(std::shared_ptr<int> free) : free_(std::move(free)) { --*free_; }
    ~Chair() { ++*free_; }
    Chair(const Chair&) = delete;
    std::shared_ptr<int> free_;
  };

  roost::Task<bool> lent(std::string title) {
    const auto lend = [library = library_, title] { return library->lend(title); };
    try {
      co_return co_await app_.blocking(lend);
    } catch (const roost::WorkRefused&) {  // too much waits already: it was not begun
      co_return false;
    }
  }

  roost::App& app_;
  std::shared_ptr<const Library> library_;
  roost::Agent<Loans> loans_;
  std::shared_ptr<int> chairs_;
  int searches_ = 0;
};

namespace {

class CoroutinesGuide : public ::testing::Test {
 protected:
  CoroutinesGuide() {
    roost::App& app = server.app();
    app.socket("/socket").channel<Shelf>("shelf:*", std::ref(app), library, app.agent<Loans>("loans"), chairs);
  }
  std::shared_ptr<const Library> library = std::make_shared<Library>();
  std::shared_ptr<int> chairs = std::make_shared<int>(3);
  roost::testing::Server server;
};

TEST_F(CoroutinesGuide, Join) {
  auto client = server.connect();
  client.start_join("shelf:a").expect_joined(roost::testing::including({{"titles", {"Anna Karenina", "Ulysses"}}}));
  client.expect_refused("shelf:b", {}, {{"reason", "no such shelf"}});
}

TEST_F(CoroutinesGuide, Handlers) {
  auto shelf = server.connect().join("shelf:a");
  EXPECT_EQ(shelf.call("search", {{"text", "Anna"}}).view(), R"({"titles":["Anna Karenina"]})");
  EXPECT_EQ(shelf.call("searches").view(), R"({"count":1})");
  EXPECT_EQ(shelf.call("lend", {{"text", "Ulysses"}}).view(), R"({"loans":1})");
  shelf.expect_reply(shelf.push("lend", {{"text", "Anna Karenina"}}), "error", {{"reason", "not today"}});
}

TEST_F(CoroutinesGuide, WorkThatIsRefused) {
  auto shelf = server.connect().join("shelf:a");
  server.refuse_work();
  shelf.expect_reply(shelf.push("lend", {{"text", "Ulysses"}}), "error", {{"reason", "not today"}});
  shelf.push("search", {{"text", "Anna"}});
  shelf.expect_crashed();
  server.expect_logged("event=search channel=Shelf error=blocking_work: too much is waiting");
}

TEST_F(CoroutinesGuide, LaterMessagesOfTheChannelWait) {
  auto client = server.connect();
  auto shelf = client.join("shelf:a");
  shelf.push("stamp");
  const auto later = shelf.push("searches");
  client.heartbeat();
  server.advance(6s);
  shelf.expect_push("stamp", {{"next_in", 1}});
  shelf.expect_push("stamp", {{"next_in", 2}});
  shelf.expect_push("stamp", {{"next_in", 4}});
  shelf.expect_nothing();
  server.advance(1s);
  shelf.expect_reply(later);
}

TEST_F(CoroutinesGuide, TimersAndEarlyReplies) {
  auto shelf = server.connect().join("shelf:a");
  shelf.push("watch");
  server.advance(10s);
  shelf.expect_push("loans", {{"count", 0}});
  shelf.call("print");
  server.advance(30s);
  shelf.expect_push("printed");
}

TEST_F(CoroutinesGuide, ThrowsCrashTheChannel) {
  auto shelf = server.connect().join("shelf:a");
  shelf.push("lend", {{"text", ""}});
  shelf.expect_crashed();
  server.expect_logged("channel crashed in=handler topic=shelf:a event=lend channel=Shelf error=no title");
}

TEST_F(CoroutinesGuide, TheEndOfAChannelEndsItsCoroutine) {
  auto client = server.connect();
  client.join("shelf:a").push("hold");
  EXPECT_EQ(*chairs, 2);
  client.close();
  EXPECT_EQ(*chairs, 3);
}

}  // namespace
