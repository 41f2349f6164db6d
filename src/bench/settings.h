#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <sys/types.h>

#include "bench/target.h"

namespace roost::bench {

using Seconds = std::chrono::duration<double>;

/// What the command line says.
struct Settings {
  std::string url;
  Target target;
  const Dialect* dialect = &phoenix_dialect();

  std::size_t connections = 100;
  std::size_t concurrency = 100;  // connections that are being set up at a time, by each process
  std::size_t topics = 1;         // client i is on topic i % topics
  std::size_t processes = 0;      // of the load generator; 0: as many as the limit on descriptors asks for
  bool one_process = false;       // each client is compared with all others
  std::size_t bytes = 64;         // of a payload's text, or of its bytes if binary
  std::size_t window = 1;         // messages in flight: of each publisher (fan-out), of each connection (echo)
  double rate = 0;                // messages, changes, cycles a second, whatever comes back; 0: by window
  Seconds duration{3};
  Seconds warmup{0.5};
  Seconds hold{0};                // connect: how long the connections stay
  std::optional<Seconds> over;    // clients start evenly over that time, whatever came back; else by concurrency
  double updates_per_second = 0;  // presence: of each client's meta
  Seconds patience{10};           // without any progress: the run has failed
  bool binary = false;
  bool compress = false;

  // May hold {client} and {topic}; so may the URL's query.
  std::string topic = "bench:{topic}";
  std::string join_payload = "{}";

  std::string publish_event = "pub";
  std::string message_event = "msg";
  std::string echo_event = "echo";
  std::string presence_key = "u{client}";  // the key under which a client is present
  std::string update_event = "update";
  // May hold {number} besides: ten digits, of each update one more. Where the meta's "n" is that, it is checked.
  std::string update_payload = R"({"key":"u{client}","meta":{"n":{number}}})";

  pid_t server_pid = 0;  // 0: the server's time is not measured
};

}  // namespace roost::bench
