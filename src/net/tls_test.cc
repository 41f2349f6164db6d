#include "net/tls.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>

#include "net/socket.h"
#include "net/test_support.h"
#include "net/tls_testing.h"

namespace roost::net {
namespace {

using ::testing::HasSubstr;

const test::CertificateFiles& files() {
  static const test::CertificateFiles made;
  return made;
}
const TlsContext& server_context() {
  static const auto made = TlsContext::server(files().certificate(), files().key()).value();
  return *made;
}
const TlsContext& client_context() {
  static const auto made = TlsContext::client().value();
  return *made;
}

std::string pattern_of(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

/// Two ends of one connection on this thread.
class TlsStreamTest : public ::testing::Test {
 protected:
  TlsStreamTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    server_fd_ = Fd(ends[0]);
    client_fd_ = Fd(ends[1]);
    server_.emplace(server_context(), server_fd_.get());
    client_.emplace(client_context(), client_fd_.get(), "localhost");
  }

  /// What `to` has received once nothing moves any more.
  std::string receive_all(TlsStream& to, TlsStream& from) {
    std::string got;
    std::vector<char> room(64 * 1024);
    for (;;) {
      EXPECT_TRUE(from.flush());
      const auto bytes = to.receive(room);
      if (!bytes || *bytes == 0) {
        if (!from.holds()) return got;
        continue;
      }
      got.append(room.data(), *bytes);
    }
  }
  void greet() {
    std::array<char, 1> none{};
    for (int round = 0; round < 4; ++round)
      for (TlsStream* each : {&*client_, &*server_}) EXPECT_FALSE(each->receive(none));
    ASSERT_FALSE(client_->greeting());
    ASSERT_FALSE(server_->greeting());
  }

  Fd server_fd_, client_fd_;
  std::optional<TlsStream> server_, client_;
};

TEST_F(TlsStreamTest, BytesGoBothWaysAfterTheGreeting) {
  EXPECT_TRUE(server_->greeting());
  greet();
  EXPECT_EQ(client_->send("to the server"), 13u);
  EXPECT_EQ(receive_all(*server_, *client_), "to the server");
  EXPECT_EQ(server_->send("to the client"), 13u);
  EXPECT_EQ(receive_all(*client_, *server_), "to the client");
}

TEST_F(TlsStreamTest, WhatIsSentBeforeTheGreetingIsNotTaken) {
  EXPECT_EQ(server_->send("early"), std::unexpected(EAGAIN));
  EXPECT_FALSE(server_->holds());
  greet();
  EXPECT_EQ(server_->send("early"), 5u);
}

TEST_F(TlsStreamTest, OfWhatTheSocketDoesNotTakeARecordIsHeldAtMost) {
  greet();
  const std::string sent = pattern_of(4'000'000);
  std::string got;
  std::size_t taken = 0;
  bool held = false;
  while (taken < sent.size()) {
    const auto more = server_->send(std::string_view(sent).substr(taken));
    if (more) taken += *more;
    held = held || server_->holds();
    if (server_->holds()) {
      EXPECT_EQ(server_->send("x"), std::unexpected(EAGAIN));
    }
    got += receive_all(*client_, *server_);
  }
  EXPECT_TRUE(held);
  EXPECT_EQ(got, sent);
}

TEST_F(TlsStreamTest, AnEndThatIsToldIsTheEndOfTheStream) {
  greet();
  client_->end();
  std::array<char, 8> room{};
  EXPECT_EQ(server_->receive(room), 0u);
}

TEST_F(TlsStreamTest, AnEndThatIsNotToldIsOneToo) {
  greet();
  client_.reset();
  client_fd_ = Fd();
  std::array<char, 8> room{};
  EXPECT_EQ(server_->receive(room), 0u);
}

TEST_F(TlsStreamTest, WhatIsNoTlsIsAnError) {
  ASSERT_TRUE(net::send(client_fd_.get(), "GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
  std::array<char, 8> room{};
  EXPECT_EQ(server_->receive(room), std::unexpected(EPROTO));
}

TEST_F(TlsStreamTest, ARecordThatWasChangedOnItsWayIsAnError) {
  greet();
  // A record of application data (RFC 8446 §5.1) that nobody encrypted.
  ASSERT_TRUE(net::send(client_fd_.get(), std::string_view("\x17\x03\x03\x00\x14"
                                                           "01234567890123456789",
                                                           25)));
  std::array<char, 8> room{};
  EXPECT_EQ(server_->receive(room), std::unexpected(EPROTO));
  EXPECT_FALSE(server_->send("x"));
}

TEST(TlsContext, SaysWhichFileIsWrongAndWhy) {
  const auto error = [](const std::string& certificate, const std::string& key) {
    const auto made = TlsContext::server(certificate, key);
    return made ? "" : made.error().message;
  };
  const test::CertificateFiles others;
  const std::string empty = others.certificate() + ".empty";
  std::ofstream(empty).close();
  EXPECT_EQ(error(files().certificate(), files().key()), "");
  EXPECT_THAT(error("/nowhere.pem", files().key()), HasSubstr("tls: /nowhere.pem: no certificate can be read"));
  EXPECT_THAT(error(files().certificate(), "/nowhere.pem"), HasSubstr("tls: /nowhere.pem: no private key can be read"));
  EXPECT_THAT(error(empty, files().key()), HasSubstr("no certificate can be read"));
  EXPECT_THAT(error(files().certificate(), empty), HasSubstr("no private key can be read"));
  EXPECT_THAT(error(files().certificate(), others.key()), HasSubstr("the key is of another certificate"));
}

/// Connections with TLS on a loop; clients are blocking ones.
class TlsConnectionTest : public ::testing::Test {
 protected:
  TlsConnectionTest() {
    thread_.call([this] {
      listener_ = Listener::create(thread_.loop(), {}, [this](Accepted accepted) {
                    served_.connection = std::make_unique<Connection>(thread_.loop(), std::move(accepted.fd), served_,
                                                                      &server_context());
                  }).value();
    });
    served_.end = [this](CloseReason reason) {
      reason_ = reason;
      ended_.set();
    };
  }
  ~TlsConnectionTest() override {
    thread_.call([this] {
      listener_.reset();
      served_.connection.reset();
    });
  }

  /// A client whose TLS is spoken on a descriptor of its own.
  struct Speaker {
    explicit Speaker(std::uint16_t port) : fd(::socket(AF_INET, SOCK_STREAM, 0)) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
      stream.emplace(client_context(), fd.get());
    }
    void wait(short events) {
      pollfd one{fd.get(), events, 0};
      ASSERT_EQ(::poll(&one, 1, 1000 * static_cast<int>(test::kPatience.count())), 1);
    }
    void say(std::string_view bytes) {
      std::array<char, 1> none{};
      while (!bytes.empty() && !::testing::Test::HasFailure()) {
        if (const auto sent = stream->send(bytes)) {
          bytes.remove_prefix(*sent);
        } else if (stream->greeting()) {
          wait(POLLIN);
          EXPECT_FALSE(stream->receive(none));
        } else {
          wait(POLLOUT);
        }
        while (stream->holds()) {
          wait(POLLOUT);
          ASSERT_TRUE(stream->flush());
        }
      }
    }
    /// Until there are so many, or the end.
    std::string hear(std::size_t size) {
      std::string got;
      std::vector<char> room(64 * 1024);
      while (got.size() < size && !::testing::Test::HasFailure()) {
        const auto bytes = stream->receive(room);
        if (bytes && *bytes == 0) break;
        if (bytes)
          got.append(room.data(), *bytes);
        else if (would_block(bytes.error()))
          wait(POLLIN);
        else
          break;
      }
      return got;
    }
    Fd fd;
    std::optional<TlsStream> stream;
  };

  std::uint16_t port() { return listener_->port(); }

  test::LoopThread thread_;
  std::unique_ptr<Listener> listener_;
  test::Served served_;
  CloseReason reason_{};
  test::Event ended_;
};

TEST_F(TlsConnectionTest, CarriesBothWaysWhatPlainOnesCarry) {
  served_.data = [this](std::span<char> bytes) { served_.connection->send_copy({bytes.data(), bytes.size()}); };
  Speaker client(port());
  client.say("hello");
  EXPECT_EQ(client.hear(5), "hello");
}

TEST_F(TlsConnectionTest, AClientThatReadsLateGetsAllOfIt) {
  const std::string sent = pattern_of(8'000'000);
  served_.data = [&](std::span<char>) {
    for (std::size_t at = 0; at < sent.size(); at += 100'000)
      served_.connection->send_copy(std::string_view(sent).substr(at, 100'000));
  };
  Speaker client(port());
  client.say("go");
  EXPECT_EQ(client.hear(sent.size()), sent);
}

TEST_F(TlsConnectionTest, WhatWasSentBeforeACloseComesAndThenTheEnd) {
  const std::string sent = pattern_of(3'000'000);
  served_.data = [&](std::span<char>) {
    served_.connection->send_copy(sent);
    served_.connection->close_after_flush();
  };
  Speaker client(port());
  client.say("go");
  EXPECT_EQ(client.hear(sent.size()), sent);
  EXPECT_EQ(client.hear(1), "");
}

TEST_F(TlsConnectionTest, ARecordThatEndsAfterManyBytesIsReadWhole) {
  std::size_t got = 0;
  test::Event all;
  served_.data = [&](std::span<char> bytes) {
    got += bytes.size();
    if (got == 1'000'000) all.set();
  };
  Speaker client(port());
  client.say(pattern_of(1'000'000));
  EXPECT_TRUE(all.wait());
}

TEST_F(TlsConnectionTest, PausedBetweenRecordsItKeepsTheOthersAndTellsTheEndBehindThem) {
  const std::string sent = pattern_of(60'000);
  std::string got;
  test::Event greeted, held, go;
  served_.data = [&](std::span<char>) { greeted.set(); };
  Speaker client(port());
  client.say("x");
  ASSERT_TRUE(greeted.wait());
  served_.end = [&](CloseReason reason) {
    EXPECT_EQ(reason, CloseReason::peer_closed);
    EXPECT_EQ(got, sent) << "the end is told behind all bytes";
    ended_.set();
  };
  thread_.loop().post([&] {  // while this waits, all of it arrives
    served_.data = [&](std::span<char> bytes) {
      got.append(bytes.data(), bytes.size());
      served_.connection->pause_reading();
    };
    held.set();
    EXPECT_TRUE(go.wait());
  });
  ASSERT_TRUE(held.wait());
  client.say(sent);
  client.stream->end();
  ::shutdown(client.fd.get(), SHUT_WR);
  go.set();
  std::size_t before = 0;
  while (before < sent.size() && !HasFailure()) {
    std::size_t now = 0;
    while (now <= before) now = thread_.call([&] { return got.size(); });
    for (int turn = 0; turn < 20; ++turn) ASSERT_EQ(thread_.call([&] { return got.size(); }), now) << "it is paused";
    before = now;
    thread_.call([&] { served_.connection->resume_reading(); });
  }
  EXPECT_TRUE(ended_.wait());
}

TEST_F(TlsConnectionTest, WorkThatIsPostedBehindARecordRunsBeforeTheNextOne) {
  std::vector<std::string> seen;
  test::Event greeted, held, go;
  served_.data = [&](std::span<char>) { greeted.set(); };
  Speaker client(port());
  client.say("x");
  ASSERT_TRUE(greeted.wait());
  thread_.loop().post([&] {  // while this waits, both arrive
    served_.data = [&](std::span<char> bytes) {
      seen.push_back(std::to_string(bytes.size()));
      thread_.loop().post([&] { seen.push_back("work"); });
    };
    held.set();
    EXPECT_TRUE(go.wait());
  });
  ASSERT_TRUE(held.wait());
  client.say(pattern_of(2 * TlsStream::kRecordBytes));
  go.set();
  while (thread_.call([&] { return seen.size(); }) < 4) {
  }
  const std::string record = std::to_string(TlsStream::kRecordBytes);
  EXPECT_EQ(seen, (std::vector<std::string>{record, "work", record, "work"}));
}

TEST_F(TlsConnectionTest, AnEndBehindAWholeRecordIsFoundAfterAPause) {
  test::Event greeted, held, go, paused;
  served_.data = [&](std::span<char>) { greeted.set(); };
  Speaker client(port());
  client.say("x");
  ASSERT_TRUE(greeted.wait());
  thread_.loop().post([&] {  // while this waits, the record and the end arrive, and no end of the TCP connection
    served_.data = [&](std::span<char>) {
      served_.connection->pause_reading();
      paused.set();
    };
    held.set();
    EXPECT_TRUE(go.wait());
  });
  ASSERT_TRUE(held.wait());
  client.say(pattern_of(TlsStream::kRecordBytes));
  client.stream->end();
  go.set();
  ASSERT_TRUE(paused.wait());
  thread_.call([&] { served_.connection->resume_reading(); });
  ASSERT_TRUE(ended_.wait());
  EXPECT_EQ(reason_, CloseReason::peer_closed);
}

TEST_F(TlsConnectionTest, AClientWithoutTlsEndsWithAnErrorAndNoBytes) {
  served_.data = [](std::span<char>) { ADD_FAILURE() << "bytes that nobody decrypted"; };
  test::Client client(port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(ended_.wait());
  EXPECT_EQ(reason_, CloseReason::error);
}

TEST_F(TlsConnectionTest, AClientThatGoesInTheMiddleOfTheGreetingHasEnded) {
  test::Client client(port());
  client.send("\x16\x03\x01");
  client.close();
  ASSERT_TRUE(ended_.wait());
}

TEST_F(TlsConnectionTest, WhatIsSentBeforeTheGreetingWaitsForIt) {
  Speaker client(port());
  while (!thread_.call([this] { return served_.connection != nullptr; })) {
  }
  thread_.call([this] { served_.connection->send_copy("welcome"); });
  EXPECT_EQ(client.hear(7), "welcome");
}

}  // namespace
}  // namespace roost::net
