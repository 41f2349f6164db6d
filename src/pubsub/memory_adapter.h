#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "pubsub/adapter.h"

namespace roost::pubsub {

class MemoryAdapter;

/// A cluster within one process: what its adapters say to each other. Outlives them. Any thread.
class MemoryBroker {
 public:
  /// Cuts every node off, and joins them again. What was said meanwhile is lost.
  void go_away();
  void come_back();

 private:
  friend class MemoryAdapter;
  using Event = std::function<void()>;
  void join(MemoryAdapter& adapter, AdapterSink& sink);
  void leave(MemoryAdapter& adapter);
  void say(MemoryAdapter& from, const std::function<Event(MemoryAdapter& to)>& make);
  void tell_all(bool connected);
  void run();

  struct Waiting {
    MemoryAdapter* to;
    Event event;
  };
  std::mutex mutex_;  // protects all below
  std::condition_variable quiet_;
  std::vector<MemoryAdapter*> nodes_;
  std::deque<Waiting> waiting_;
  bool running_ = false;  // a thread is calling sinks
  bool away_ = false;
};

/// The adapter of one node of a MemoryBroker: for tests, and the pattern of what an adapter is.
///
/// Sinks are called by the threads that send, one at a time; a sink that sends is heard after it returned.
class MemoryAdapter final : public Adapter {
 public:
  MemoryAdapter(MemoryBroker& broker, std::string node) : broker_(broker), node_(std::move(node)) {}
  ~MemoryAdapter() override { stop(); }

  std::string_view node() const override { return node_; }
  void broadcast(const Message& message) override;
  void subscribe(std::string_view topic) override;
  void unsubscribe(std::string_view topic) override;
  void settle(std::move_only_function<void()> then) override { then(); }
  void send(std::string_view service, std::string_view bytes) override;
  void send_to(std::string_view node, std::string_view service, std::string_view bytes) override;
  void start(AdapterSink& sink) override { broker_.join(*this, sink); }
  void stop() override { broker_.leave(*this); }
  AdapterStats stats() const override;

 private:
  friend class MemoryBroker;
  MemoryBroker& broker_;
  const std::string node_;
  // Protected by the broker's mutex_:
  AdapterSink* sink_ = nullptr;
  std::map<std::string, std::size_t, std::less<>> topics_;  // and how often they were subscribed to
  AdapterStats stats_;
};

}  // namespace roost::pubsub
