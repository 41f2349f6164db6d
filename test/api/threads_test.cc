// Sixteen threads of the application's own use everything that any thread may, while clients join and leave 10,000
// times and are sent away: what must be seen is seen, in order, once. The sanitizers see the rest.
#include <array>
#include <atomic>
#include <condition_variable>
#include <thread>

#include "api_testing.h"

namespace roost::api_test {
namespace {

constexpr int kCycles = 10'000;  // a join and a leave each
constexpr int kChurners = 4;     // clients that do them
constexpr int kMarks = 200;      // of the way, where each outside thread does
constexpr int kOpsAtMark = 5;    // this much
constexpr int kOps = kMarks * kOpsAtMark;
constexpr int kOfAKind = 4;  // threads that broadcast, that push, that post
constexpr int kUpdaters = 2, kDisconnecters = 2;
constexpr int kMarksPerDisconnect = 5;
constexpr int kOutside = 3 * kOfAKind + kUpdaters + kDisconnecters;
static_assert(kOutside == 16);

/// How far the clients are, for those who want to keep step with them.
class Pace {
 public:
  /// True for each cycle that is still to be done.
  bool take() { return taken_.fetch_add(1) < kCycles; }
  void done() {
    const std::lock_guard lock(mutex_);
    if (++done_ % (kCycles / kMarks) == 0) changed_.notify_all();
  }
  /// Waits until that much of the way is gone, or nobody goes on.
  void reach(int mark) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, mark] { return over_ || done_ >= mark * (kCycles / kMarks); });
  }
  void end() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  int cycles() {
    const std::lock_guard lock(mutex_);
    return done_;
  }

 private:
  std::atomic<int> taken_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int done_ = 0;       // mutex_
  bool over_ = false;  // mutex_
};

/// The channels that are there, and some that are gone.
class Refs {
 public:
  void add(ChannelRef ref, bool stays) {
    const std::lock_guard lock(mutex_);
    if (stays)
      staying_ = std::move(ref);
    else
      passing_[next_++ % passing_.size()] = std::move(ref);
  }
  ChannelRef staying() {
    const std::lock_guard lock(mutex_);
    return staying_;
  }
  ChannelRef passing(int n) {
    const std::lock_guard lock(mutex_);
    return passing_[static_cast<std::size_t>(n) % passing_.size()];
  }

 private:
  std::mutex mutex_;
  ChannelRef staying_;                  // mutex_
  std::array<ChannelRef, 16> passing_;  // mutex_
  std::size_t next_ = 0;                // mutex_
};

struct Totals {
  int updates = 0, joins = 0;
};
struct Note {
  int thread, number;
};

struct Shared {
  Pace pace;
  Refs refs;
  std::atomic<int> made = 0, gone = 0, terminated = 0;
};

class Room final : public Channel {
 public:
  Room(Shared& shared, Agent<Totals> totals) : shared_(shared), totals_(std::move(totals)) { ++shared_.made; }
  ~Room() override { ++shared_.gone; }
  static void events(Events<Room>& on) {
    on.event("notes", &Room::notes);
    on.info(&Room::note);
  }
  JoinReply join() {
    after_join([this] {
      totals_.cast([](Totals& totals) { ++totals.joins; });
      shared_.refs.add(self(), user<std::string>() == "staying");
    });
    return ok();
  }
  void terminate(const End&) override { ++shared_.terminated; }

 private:
  void note(Note note) {
    in_order_ = in_order_ && note.number == next_[static_cast<std::size_t>(note.thread)]++;
    ++notes_;
  }
  Reply notes() { return ok({{"notes", notes_}, {"in_order", in_order_}}); }

  Shared& shared_;
  Agent<Totals> totals_;
  std::array<int, kOfAKind> next_{};
  int notes_ = 0;
  bool in_order_ = true;
};

class Threads : public ::testing::Test {
 protected:
  Threads() {
    app.socket("/socket")
        .connect([](const ConnectInfo& info) -> ConnectResult {
          return accept(info.param("user"), "users:" + info.param("user"));
        })
        .limits({.joins = {}, .messages = {}})
        .channel<Room>("room:*", std::ref(shared), totals);
  }
  std::unique_ptr<WebSocketClient> connect(const std::string& user) {
    return std::make_unique<WebSocketClient>(app.port(), "/socket/websocket?vsn=2.0.0&user=" + user);
  }
  /// A thread that does `work(number of the operation)` at each mark of the way.
  template <typename Work>
  void outside(Work work) {
    threads.emplace_back([this, work] {
      for (int op = 0; op < kOps; ++op) {
        if (op % kOpsAtMark == 0) shared.pace.reach(op / kOpsAtMark);
        work(op);
      }
    });
  }
  void start_outside();
  void churn(int number);
  bool cycle(WebSocketClient& client, const std::string& topic, const std::string& ref);

  Shared shared;
  std::atomic<int> heard = 0;  // by the application itself
  App app{quiet(2)};
  Agent<Totals> totals = app.agent<Totals>("totals");
  std::vector<std::thread> threads;
};

void Threads::start_outside() {
  for (int t = 0; t < kOfAKind; ++t) {
    outside([this, t](int op) {
      const Payload payload = {{"t", t}, {"n", op}};
      EXPECT_TRUE(op % 2 ? app.broadcast("room:all", "b", payload) : app.local_broadcast("room:all", "b", payload));
    });
    outside([this, t](int op) {
      shared.refs.staying().push("p", {{"t", t}, {"n", op}});
      shared.refs.passing(op).push("p", {{"t", t}, {"n", op}});
    });
    outside([this, t](int op) {
      shared.refs.staying().post(Note{t, op});
      shared.refs.passing(op).post(Note{t, op});
    });
  }
  for (int t = 0; t < kUpdaters; ++t)
    outside([this, last = std::make_shared<int>(0)](int) {
      EXPECT_TRUE(totals.cast([](Totals& now) { ++now.updates; }));
      const int now = totals.update([](Totals& state) { return ++state.updates; }).wait();
      EXPECT_GE(now, *last + 2) << "behind the cast";
      *last = now;
    });
  for (int t = 0; t < kDisconnecters; ++t)
    outside([this](int op) {
      if (op % (kOpsAtMark * kMarksPerDisconnect) == 0) app.disconnect("users:passing");
    });
}

/// False: the server sent the client away.
bool Threads::cycle(WebSocketClient& client, const std::string& topic, const std::string& ref) {
  const std::string head = "[\"" + ref + "\",\"", join = head + ref + "\",\"" + topic + "\",\"phx_",
                    leave = head + "leave\",\"" + topic + "\",\"phx_";
  client.http().send(WebSocketClient::frame(join + "join\",{}]") + WebSocketClient::frame(leave + "leave\",{}]"));
  for (bool joined = false;;) {
    const std::string message = client.next();
    if (message.starts_with("close") || message == "end") return false;
    if (message.starts_with(join + "reply\"")) joined = message.contains("\"status\":\"ok\"");
    if (message.starts_with(leave + "reply\"")) {
      EXPECT_TRUE(joined) << message;
      return true;
    }
  }
}

void Threads::churn(int number) {
  auto client = connect("passing");
  for (int i = 0; shared.pace.take(); ++i) {
    const std::string topic = (i + number) % 2 ? "room:all" : "room:other";
    while (!cycle(*client, topic, std::to_string(i))) client = connect("passing");
    shared.pace.done();
  }
}

/// Reads until all broadcasts and pushes have come, each thread's in its order.
void read_all(WebSocketClient& client) {
  std::array<int, kOfAKind> broadcasts{}, pushes{};
  for (int left = 2 * kOfAKind * kOps; left > 0; --left) {
    const std::string message = client.next();
    const bool broadcast = message.contains("\"b\",");
    ASSERT_TRUE(broadcast || message.contains("\"p\",")) << message;
    const auto thread = static_cast<std::size_t>(message.at(message.find("{\"t\":") + 5) - '0');
    const int n = std::stoi(message.substr(message.find("\"n\":") + 4));
    ASSERT_EQ(n, (broadcast ? broadcasts : pushes).at(thread)++) << message;
  }
}

TEST_F(Threads, SixteenUseTheAppWhileClientsJoinAndLeaveTenThousandTimes) {
  {
    const Running running(app);
    const auto subscription = app.subscribe("room:all", [this](const Broadcast&) {
      ++heard;
      heard.notify_one();
    });
    const auto staying = connect("staying");
    staying->join("room:all");
    EXPECT_THAT(staying->ask(R"(["1","n","room:all","notes",{}])"), HasSubstr("\"notes\":0"));  // it is in `refs` now

    start_outside();
    std::vector<std::thread> churners;
    for (int i = 0; i < kChurners; ++i) churners.emplace_back([this, i] { churn(i); });
    std::thread reading([&staying] { read_all(*staying); });
    for (auto& thread : churners) thread.join();
    shared.pace.end();
    for (auto& thread : threads) thread.join();
    reading.join();

    for (int now = heard; now < kOfAKind * kOps; now = heard) heard.wait(now);
    EXPECT_EQ(shared.pace.cycles(), kCycles);
    EXPECT_THAT(staying->ask(R"(["1","n","room:all","notes",{}])"),
                HasSubstr("{\"notes\":" + std::to_string(kOfAKind * kOps) + ",\"in_order\":true}"));
    EXPECT_EQ(totals.get([](const Totals& now) { return now.updates; }).wait(), kUpdaters * kOps * 2);
    EXPECT_GE(totals.get([](const Totals& now) { return now.joins; }).wait(), kCycles + 1);
  }
  EXPECT_EQ(heard, kOfAKind * kOps);
  EXPECT_EQ(shared.made, shared.gone) << "a channel is left";
  EXPECT_GE(shared.made, kCycles + 1);
  EXPECT_EQ(shared.terminated, shared.made) << "each was joined, and told that it ends";
  EXPECT_THAT(app.metrics(), HasSubstr("roost_channels_joined_total " + std::to_string(shared.made) + "\n"));
}

}  // namespace
}  // namespace roost::api_test
