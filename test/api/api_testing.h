#pragma once

#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <roost/roost.hpp>

#include "net/test_support.h"

// An application in this process, and clients that speak to it over plain sockets of 127.0.0.1.
namespace roost::api_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Options for a server on any free port, which is silent.
inline Options quiet(unsigned shards = 1) {
  Options options;
  options.port = 0;
  options.shards = shards;
  options.log_level = "off";
  return options;
}

/// What start() says is wrong.
inline std::string start_error(App& app) {
  const auto started = app.start();
  return started ? "it started" : started.error();
}

/// An App that runs while this lives.
class Running {
 public:
  explicit Running(App& app) : app_(app) {
    const auto started = app_.start();
    EXPECT_TRUE(started) << started.error();
  }
  ~Running() { app_.stop(); }
  Running(const Running&) = delete;

 private:
  App& app_;
};

/// A directory that goes with this.
class TempDir {
 public:
  TempDir() {
    std::string pattern = std::filesystem::temp_directory_path() / "roost-api-XXXXXX";
    path = ::mkdtemp(pattern.data());
  }
  ~TempDir() { std::filesystem::remove_all(path); }
  TempDir(const TempDir&) = delete;
  std::filesystem::path path;
};

/// One HTTP/1.1 connection.
class Http {
 public:
  struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names as sent
    std::string body;
  };

  explicit Http(std::uint16_t port, int receive_bytes = 0) : client_(port, receive_bytes) {}
  void send(std::string_view bytes) { client_.send(bytes); }
  /// The next answer; status 0: the connection ended.
  Answer read(bool head_only = false) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const std::string byte = client_.read(1);
      if (byte.empty()) return {};
      head += byte;
    }
    Answer answer;
    answer.status = std::stoi(head.substr(9, 3));
    for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
      const std::size_t end = head.find("\r\n", at), colon = head.find(": ", at);
      answer.headers[head.substr(at, colon - at)] = head.substr(colon + 2, end - colon - 2);
      at = end + 2;
    }
    if (!head_only && answer.headers.contains("content-length"))
      answer.body = client_.read(std::stoul(answer.headers["content-length"]));
    return answer;
  }
  Answer get(std::string_view path) {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return read();
  }
  net::test::Client& raw() { return client_; }

 private:
  net::test::Client client_;
};

/// One WebSocket connection, vsn 2.0.0 unless the target says otherwise.
class WebSocketClient {
 public:
  /// `receive_bytes`: of the system's buffer; 0: as it likes.
  explicit WebSocketClient(std::uint16_t port, std::string_view target = "/socket/websocket?vsn=2.0.0",
                           int receive_bytes = 0)
      : http_(port, receive_bytes) {
    http_.send(handshake(target));
    answer = http_.read();
  }
  static std::string handshake(std::string_view target, std::string_view more = "") {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
           std::string(more) + "\r\n";
  }
  /// A masked frame (RFC 6455 §5.2) with the mask 0.
  static std::string frame(std::string_view payload, int opcode = 1) {
    std::string bytes(1, static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
      bytes += static_cast<char>(0x80 | payload.size());
    } else {
      bytes += static_cast<char>(0x80 | 126);
      bytes += static_cast<char>(payload.size() >> 8);
      bytes += static_cast<char>(payload.size());
    }
    return bytes + std::string(4, '\0') + std::string(payload);
  }
  void send(std::string_view text) { http_.send(frame(text)); }
  /// In one write, so that they are read together.
  void send_together(std::initializer_list<std::string> texts) {
    std::string bytes;
    for (const std::string& text : texts) bytes += frame(text);
    http_.send(bytes);
  }
  /// The next message; "close 1001" for a close frame, "end" for the end of the connection.
  std::string next() {
    const std::string head = http_.raw().read(2);
    if (head.size() < 2) return "end";
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size >= 126) {
      const std::string more = http_.raw().read(size == 126 ? 2 : 8);
      size = 0;
      for (const unsigned char byte : more) size = size << 8 | byte;
    }
    const std::string payload = http_.raw().read(size);
    if ((head[0] & 15) != 8) return payload;
    if (payload.size() < 2) return "close";
    return "close " +
           std::to_string(static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]));
  }
  /// Sends and returns the next message.
  std::string ask(std::string_view text) {
    send(text);
    return next();
  }
  void join(std::string_view topic) {
    EXPECT_THAT(ask("[\"1\",\"1\",\"" + std::string(topic) + "\",\"phx_join\",{}]"), HasSubstr("\"status\":\"ok\""));
  }
  Http& http() { return http_; }

  Http::Answer answer;  // to the handshake

 private:
  Http http_;
};

}  // namespace roost::api_test
