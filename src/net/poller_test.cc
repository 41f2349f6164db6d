#include "net/poller.h"

#include <array>
#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/fd.h"

namespace roost::net {
namespace {

using namespace std::chrono_literals;

class Pollers : public testing::TestWithParam<std::unique_ptr<Poller> (*)()> {
 protected:
  /// One end of a pair of sockets, watched; `peer` is the other.
  struct End final : Watched {
    Fd fd, peer;
    std::vector<Interest> told;
    std::function<void()> then;
    End() {
      std::array<int, 2> ends{};
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
      fd = Fd(ends[0]);
      peer = Fd(ends[1]);
    }
    void write_to_it() { EXPECT_EQ(::write(peer.get(), "x", 1), 1); }
    void on_ready(Interest ready) override {
      told.push_back(ready);
      if (then) then();
    }
  };

  void watch(End& end, Interest interest) { EXPECT_TRUE(poller_->watch(end.fd.get(), end, interest)); }
  void turn() {
    poller_->wait(0ms);
    poller_->dispatch();
  }

  std::unique_ptr<Poller> poller_ = GetParam()();
};

constexpr Interest kRead{.read = true}, kWrite{.write = true}, kBoth{.read = true, .write = true};

TEST_P(Pollers, TellWhatIsWantedAsLongAsItIsSo) {
  End end;
  watch(end, kRead);
  turn();
  EXPECT_TRUE(end.told.empty());
  end.write_to_it();
  turn();
  turn();
  EXPECT_EQ(end.told, (std::vector{kRead, kRead}));
}

TEST_P(Pollers, FollowAChangeOfInterest) {
  End end;
  watch(end, kRead);
  end.write_to_it();
  poller_->change(end.fd.get(), end, kWrite);
  turn();
  poller_->change(end.fd.get(), end, {});
  turn();
  poller_->change(end.fd.get(), end, kBoth);
  turn();
  EXPECT_EQ(end.told, (std::vector{kWrite, kBoth}));
}

TEST_P(Pollers, TellAHangUpToOneThatWantsNothing) {
  End end;
  watch(end, {});
  end.peer = Fd();
  turn();
  EXPECT_EQ(end.told, std::vector{kBoth});
  poller_->forget(end.fd.get(), end);
  turn();
  EXPECT_EQ(end.told.size(), 1u);
}

TEST_P(Pollers, DoNotTellOneThatWasForgottenInTheSameTurn) {
  End a, b;
  watch(a, kWrite);
  watch(b, kWrite);
  a.then = [&] { poller_->forget(b.fd.get(), b); };
  b.then = [&] { poller_->forget(a.fd.get(), a); };
  turn();
  a.then = b.then = nullptr;
  turn();
  EXPECT_TRUE(a.told.empty() != b.told.empty());
}

TEST_P(Pollers, GoOnWithTheOthersWhenOneWasForgotten) {
  End a, b, c;
  for (End* end : {&a, &b, &c}) watch(*end, kWrite);
  poller_->forget(a.fd.get(), a);
  turn();
  EXPECT_TRUE(a.told.empty());
  EXPECT_EQ(b.told, std::vector{kWrite});
  poller_->change(c.fd.get(), c, kRead);
  turn();
  EXPECT_EQ(b.told.size(), 2u);
  EXPECT_EQ(c.told.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Pollers, testing::Values(&make_poller, &make_portable_poller));

TEST(PollTimeout, IsRoundedUpSoThatNoTimerIsEarly) {
  EXPECT_EQ(poll_timeout(std::nullopt), -1);
  EXPECT_EQ(poll_timeout(-5ms), 0);
  EXPECT_EQ(poll_timeout(1ns), 1);
  EXPECT_EQ(poll_timeout(2ms), 2);
  EXPECT_EQ(poll_timeout(Duration::max()), std::numeric_limits<int>::max());
}

}  // namespace
}  // namespace roost::net
