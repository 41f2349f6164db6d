#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/log.h"
#include "broker/nats_connection.h"
#include "broker/trouble.h"
#include "net/loop.h"

namespace roost::broker {

/// Who uses a link.
class NatsLinkSink {
 public:
  /// The way is there, or is gone. On the link's loop.
  virtual void link_up() = 0;
  virtual void link_down() = 0;
  /// On a thread of the library, one at a time, in the order in which they came.
  virtual void link_heard(std::string_view bytes) = 0;

 protected:
  ~NatsLinkSink() = default;
};

/// The connection to NATS, there again whenever it was lost, with all subscriptions.
///
/// Threads: all is for the loop's but what says otherwise. The library's threads deliver messages and tell of the
/// connection; one of its own waits for the server, so that the loop needs not.
class NatsLink final : public NatsEvents {
 public:
  /// `options`, `loop`, `log` and `sink` outlive it.
  NatsLink(const NatsOptions& options, net::Loop& loop, Log& log, NatsLinkSink& sink)
      : options_(options), loop_(loop), log_(log), sink_(sink) {}

  void open();
  /// Sends what was published, if that is soon done, and ends.
  void close();
  /// From any thread, once the loop has ended: until the library calls no more.
  void wait_until_quiet();

  bool is_up() const { return is_up_; }
  /// While it is up.
  natsStatus publish(const std::string& subject, std::string_view bytes);
  /// How much one message may hold, as the server says. While it is up.
  std::size_t message_bytes_max() const;
  /// One more, or one less, who wants what is said there.
  void want(const std::string& subject);
  void unwant(const std::string& subject);
  /// Calls `then` once the server has all subscriptions, or 1 s later; now if it is away. On the link's own thread, or
  /// here.
  void settle(std::move_only_function<void()> then);

  // Any thread.
  bool up() const { return up_; }
  std::uint64_t disconnects() const { return disconnects_; }
  std::uint64_t denied() const { return denied_; }
  /// One of the codes of trouble.h; "": none is known.
  std::string_view trouble() const;

  // NatsEvents.
  void on_connected() override;
  void on_disconnected() override;
  void on_closed() override;
  void on_error(natsStatus status, std::string text) override;
  void on_message(std::string_view bytes) override { sink_.link_heard(bytes); }
  void on_subscription_end() override { count_in_use(-1); }

 private:
  struct Wanted {
    std::size_t count = 0;
    NatsPtr<natsSubscription> subscription;
  };

  void connect();
  void connected();
  void disconnected();
  void closed();
  void ask_why(Duration delay);
  void find_out();
  void away(const Trouble& trouble);
  void note(std::string_view code);
  void permission_denied(std::string_view text);
  void look_at_denials();
  void subscribe(const std::string& subject, Wanted& wanted);
  void settle_next();
  void count_in_use(int change);

  const NatsOptions& options_;
  net::Loop& loop_;
  Log& log_;
  NatsLinkSink& sink_;
  net::Loop waiter_;  // for what waits for the server
  std::thread waiter_thread_;

  // Loop thread only.
  std::shared_ptr<natsConnection> connection_;
  std::unordered_map<std::string, Wanted> wanted_;  // by subject
  bool is_up_ = false;
  std::string said_;  // about being away: the last code and server
  bool finding_out_ = false;
  Timer retry_, why_, denials_;
  std::set<std::string> denials_said_;
  std::set<std::string> subscriptions_denied_;
  TimePoint last_denial_{};
  std::vector<std::move_only_function<void()>> unsettled_;
  bool settling_ = false;

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t in_use_ = 0;    // mutex_; subscriptions and connections for which the library may still call
  std::string_view trouble_;  // mutex_

  // Any thread.
  std::atomic<bool> closing_ = false, up_ = false;
  std::atomic<std::uint64_t> disconnects_ = 0, denied_ = 0;
};

}  // namespace roost::broker
