#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <sys/types.h>

#include "bench/target.h"

namespace roost::bench {

/// What the command line says.
struct Settings {
  std::string url;
  Target target;

  std::size_t connections = 100;
  std::size_t concurrency = 100;  // connections that are being set up at a time
  std::size_t bytes = 64;         // of a payload's text, or of its bytes if binary
  std::size_t window = 1;         // messages in flight: of the publisher (fan-out), of each connection (echo)
  double rate = 0;                // messages a second, sent when they are due whatever came back; 0: by window
  std::chrono::duration<double> duration{3};
  std::chrono::duration<double> warmup{0.5};
  std::chrono::duration<double> hold{0};       // connect: how long the connections stay
  std::chrono::duration<double> patience{10};  // without any progress: the run has failed
  bool binary = false;
  bool compress = false;

  std::string topic = "bench:load";
  std::string join_payload = "{}";
  std::string publish_event = "pub";
  std::string message_event = "msg";
  std::string echo_event = "echo";

  pid_t server_pid = 0;  // 0: the server's time is not measured
};

}  // namespace roost::bench
