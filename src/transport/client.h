#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/deadlines.h"
#include "base/time.h"
#include "channel/host.h"
#include "net/connection.h"
#include "net/listener.h"
#include "net/loop.h"

namespace roost::transport {

class Client;

/// What is spoken on a client's connection: HTTP first, then perhaps WebSocket.
class Protocol {
 public:
  virtual ~Protocol() = default;
  /// Bytes of the peer; may be changed in place.
  virtual void on_data(std::span<char> bytes) = 0;
  /// The connection ended by itself. Last call.
  virtual void on_end() = 0;
  /// The time that `Client::expect_bytes_within` gave is over without a byte.
  virtual void on_silence() = 0;
  /// The peer has taken what it was too slow for.
  virtual void on_drained() {}
  /// The server goes down: ends the connection in the protocol's own way.
  virtual void drain() = 0;
};

/// All connections of one shard, each owned here until it is finished. Shard thread only.
class Clients {
 public:
  Clients(net::Loop& loop, Log& log, Metrics& metrics) : loop_(loop), log_(log), metrics_(metrics), silences_(loop) {}

  /// Takes over an accepted connection, with TLS if `tls` is not null; `make(client)` gives the protocol that it starts
  /// with.
  template <typename Make>
  void add(net::Fd fd, const net::TlsContext* tls, Make&& make);

  /// Forgets a client at the end of this turn: it may be on the stack now.
  void finish(Client& client);
  /// Ends all connections in the way of their protocols. They go one by one, as their last bytes do.
  void drain();
  void abort_all();
  std::vector<std::weak_ptr<Client>> all() const;

  std::size_t size() const { return clients_.size(); }
  net::Loop& loop() { return loop_; }
  Log& log() { return log_; }

 private:
  friend class Client;
  net::Loop& loop_;
  Log& log_;
  Metrics& metrics_;
  Deadlines silences_;
  std::vector<std::shared_ptr<Client>> clients_;  // each knows its place
};

/// One client's TCP connection with the protocol that is spoken on it.
class Client final : public net::Connection::Handler,
                     public std::enable_shared_from_this<Client>,
                     private Deadlines::Owner {
 public:
  Client(Clients& clients, net::Fd fd, const net::TlsContext* tls)
      : clients_(clients), connection_(clients.loop(), std::move(fd), *this, tls) {}
  ~Client() {
    if (!closed_) clients_.silences_.cancel(*this);
  }

  net::Connection& connection() { return connection_; }
  net::Loop& loop() { return clients_.loop(); }
  Log& log() { return clients_.log(); }

  void start(std::unique_ptr<Protocol> protocol) { protocol_ = std::move(protocol); }
  /// Changes the protocol behind the current call. `rest`: bytes that came already and belong to the new one.
  void become(std::unique_ptr<Protocol> protocol, std::string rest);

  /// Calls Protocol::on_silence after that long without a byte from the peer; zero: never. Counts from now. To the
  /// millisecond, and 49 days at most.
  void expect_bytes_within(Duration timeout);

  /// Sends what waits, closes, and forgets this client at the end of the turn.
  void close_after_flush();
  void abort();
  bool closed() const { return closed_; }
  /// For the server that goes down.
  void drain() {
    if (!closed_ && protocol_) protocol_->drain();
  }

  void on_data(std::span<char> bytes) override;
  void on_end(net::CloseReason reason) override;
  void on_drained() override;

 private:
  friend class Clients;
  void on_deadline() override;

  using ShortTime = std::chrono::duration<std::uint32_t, std::milli>;

  std::uint32_t place_ = 0;  // in the list of clients
  Clients& clients_;
  net::Connection connection_;
  std::unique_ptr<Protocol> protocol_;
  TimePoint last_byte_{};
  ShortTime silence_max_{};
  bool closed_ = false;
};

template <typename Make>
void Clients::add(net::Fd fd, const net::TlsContext* tls, Make&& make) {
  metrics_.add(Count::connections_opened);
  auto client = std::make_shared<Client>(*this, std::move(fd), tls);
  client->start(make(*client));
  client->place_ = static_cast<std::uint32_t>(clients_.size());
  clients_.push_back(std::move(client));
}

}  // namespace roost::transport
