#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "channel/session.h"
#include "transport/client.h"
#include "transport/http_protocol.h"
#include "transport/mount.h"
#include "ws/decoder.h"
#include "ws/extension.h"

namespace roost::transport {

/// Answers a request to a mount's WebSocket path: PROTOCOL §4.1, step by step.
void accept_websocket(const std::shared_ptr<Exchange>& exchange, const Mount& mount,
                      const http::PathPattern::Variables& variables, channel::Host& host);

/// A socket over WebSocket: frames in, frames out, one Endpoint between.
class WebSocket final : public Protocol, public channel::Outlet {
 public:
  WebSocket(Client& client, const Mount& mount, channel::Host& host, const wire::Serializer* serializer, Accept accept,
            std::optional<ws::DeflateParams> deflate);
  ~WebSocket() override;

  void on_data(std::span<char> bytes) override;
  void on_end() override;
  void on_silence() override;
  void on_drained() override { send_held_pong(); }
  void drain() override;

  void send(const Frame& frame) override;
  void send_short(const FrameView& frame) override;
  bool takes_batches() const override { return deflate_bits_ == 0; }
  void send_batch(Batch& batch) override;
  void leave_batch(Batch& batch) override { client_.connection().leave(batch); }
  void request_close(Close why) override;
  void request_close_with(std::uint16_t code) override;
  void join_answered() override;
  void send_ping(std::string_view bytes) override;

 private:
  void handle(const ws::Event& event);
  bool room_for(std::size_t bytes);
  void send_copy(std::string_view frame);
  void send_pong(std::string_view payload);
  void send_held_pong();
  void hold_back(std::span<char> bytes);
  void go_on_later();
  void go_on();
  void close_soon(std::uint16_t code, EndReason reason);
  void close(std::uint16_t code, EndReason reason);
  void close_when_joined(std::uint16_t code);

  Client& client_;
  const Mount& mount_;
  channel::Host& host_;
  std::unique_ptr<channel::Endpoint> endpoint_;
  std::unique_ptr<ws::Deflater> deflater_;  // when messages may refer to those before them
  std::unique_ptr<std::string> held_pong_;  // the answer to the latest ping, when it has to wait
  /// Its turn is over, or what it sent made its shard publish to a crowded one: the rest waits, here and with the peer.
  /// Or it is to be closed, once its join is answered.
  struct HeldBack {
    std::string bytes;
    Timer timer;
    std::uint16_t close_code = 0;  // 0: it is not to be closed
  };
  std::unique_ptr<HeldBack> held_back_;
  [[no_unique_address]] ws::Decoder decoder_;  // has room behind it for the next two
  std::uint8_t deflate_bits_ = 0;              // the client's window; 0: no compression
  bool closing_ = false;                       // a close was asked for, and comes from the loop
};

}  // namespace roost::transport
