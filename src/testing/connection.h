#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <roost/testing.hpp>

#include "channel/host.h"
#include "transport/mount.h"

namespace roost::testing {

/// One client's connection as its transport: what the server sends is decoded and kept until it is expected.
class Connection final : public channel::Outlet, public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(Server::Impl& server) : server_(&server) {}
  void open(const transport::Mount& mount, channel::Host& host, Accept accept);

  /// A message of the client; what it leads to has happened when this returns.
  void receive(bool binary, std::string_view bytes);
  /// Does what waits.
  void settle();
  /// The client goes.
  void close();
  /// The server goes, and everything of it.
  void detach();

  std::string make_ref() { return std::to_string(next_ref_++); }
  bool is_open() const { return endpoint_ != nullptr; }
  std::optional<int> close_code() const { return close_code_; }
  std::vector<std::string> log() const;

  // channel::Outlet
  void send(const Frame& frame) override;
  void request_close(Close why) override;
  void request_close_with(std::uint16_t code) override;

  // What has come and was not taken yet.
  std::deque<Message> messages;
  std::deque<std::pair<bool, std::string>> raw;  // of a RawSocket: binary, bytes

 private:
  void end_soon(int code, EndReason reason);
  void end(EndReason reason);

  Server::Impl* server_;  // null once it is gone
  bool is_raw_ = false;
  std::unique_ptr<channel::Endpoint> endpoint_;
  std::optional<int> close_code_;
  std::uint64_t next_ref_ = 1;
};

}  // namespace roost::testing
