#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/request.h"
#include "http/response.h"
#include "transport/client.h"

namespace roost::transport {

class HttpProtocol;

/// Who is at the other end of a connection.
struct Peer {
  std::string address;  // "127.0.0.1", "::1"
  std::uint16_t port = 0;
  bool tls = false;
};

/// One request and the way to answer it, now or later. Shard thread only; the connection may be gone by then.
class Exchange {
 public:
  Exchange(std::weak_ptr<Client> client, HttpProtocol* protocol, http::Request request, const Peer& peer)
      : request(std::move(request)), peer(peer), client_(std::move(client)), protocol_(protocol) {}

  /// Answers, once; ignored when the connection is gone.
  void respond(const http::Response& response);
  /// Answers with `head` (a 101) and speaks `make(client)` from then on. Only during the call of the handler.
  void upgrade(const http::Response& head, const std::function<std::unique_ptr<Protocol>(Client&)>& make);
  /// Whether nobody waits for the answer any more.
  bool gone() const { return client_.expired() || !protocol_; }

  const http::Request request;
  const Peer peer;

  /// Told when the peer goes while the answer is pending.
  std::move_only_function<void()> on_gone;

 private:
  friend class HttpProtocol;
  std::weak_ptr<Client> client_;
  HttpProtocol* protocol_;  // null once answered or gone
};

/// Decides what a request gets. Called once for each; answers through the Exchange.
using RequestHandler = std::function<void(const std::shared_ptr<Exchange>&)>;

/// What the HTTP side of every connection of a shard shares; outlives them.
struct HttpOptions {
  http::ParserLimits limits;
  RequestHandler handler;
  Metrics* metrics = nullptr;
  Duration request_timeout = std::chrono::seconds(60);  // from the first byte, and between requests: as Bandit
};

/// HTTP/1.1 on one connection: requests one after the other, each answered before the next is looked at.
class HttpProtocol final : public Protocol {
 public:
  HttpProtocol(Client& client, const HttpOptions& options, Peer peer);
  ~HttpProtocol() override;

  void on_data(std::span<char> bytes) override;
  void on_end() override;
  void on_silence() override;
  void on_drained() override;
  void drain() override;

 private:
  friend class Exchange;
  void take_requests(std::string_view input);
  void handle(http::Request request, std::string_view rest);
  void answered(const http::Response& response);
  void write(const http::Response& response, bool keep_alive, bool head_only);
  bool stalled() const;
  void wait_until_taken();
  void go_on_later();
  void limit_slowness();
  void forget_exchange();

  Client& client_;
  const HttpOptions& options_;
  const Peer peer_;
  http::RequestParser parser_;
  std::shared_ptr<Exchange> pending_;  // the request that waits for its answer
  std::string waiting_;                // bytes behind it, or that wait until the peer takes its answers
  std::string_view behind_;            // the same during the call of the handler, where they came
  TimePoint began_{};                  // when the request that is not whole began
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool taking_ = false;  // take_requests is on the stack
  bool upgraded_ = false;
};

}  // namespace roost::transport
