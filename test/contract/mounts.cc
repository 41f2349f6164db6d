#include "mounts.h"

#include <chrono>
#include <functional>
#include <string>

#include "bench.h"
#include "echo.h"
#include "pattern.h"
#include "presence_room.h"
#include "room.h"
#include "shared_counter.h"
#include "user.h"

namespace contract {
namespace {

using namespace std::chrono_literals;
using roost::CheckOrigin;

// The socket that is mounted everywhere. The first pattern that fits a topic takes it.
void user_socket(roost::SocketMount& mount, roost::App& app, Keep keep) {
  mount.connect(connect(keep)).check_origin(CheckOrigin::off());
  mount.channel<Room>("room:*", std::ref(app));
  mount.channel<PresenceRoom>("presence:fetch*", std::ref(app)).presence_fetch(with_names);
  mount.channel<PresenceRoom>("presence:slow*", std::ref(app)).presence_fetch(with_names_later);
  mount.channel<PresenceRoom>("presence:counted*", std::ref(app)).presence_mode(roost::PresenceMode::counts);
  mount.channel<PresenceRoom>("presence:top3*", std::ref(app)).presence_mode(roost::PresenceMode::top(3));
  mount.channel<PresenceRoom>("presence:*", std::ref(app));
  for (const std::string pattern : {"exact", "match:f*", "match:first", "match:*", "food*"})
    mount.channel<Pattern>(pattern, pattern);
  mount.channel<Bench>("bench:*");
}

roost::SocketMount& mount_at(roost::App& app, std::string path, Keep keep = Keep::nothing) {
  auto& mount = app.socket(std::move(path));
  user_socket(mount, app, keep);
  return mount;
}

roost::HttpResponse too_many_requests(const std::string&) {
  return roost::HttpResponse::text("Too many requests", 429);
}

}  // namespace

void add_mounts(roost::App& app) {
  auto& bench = app.socket("/bench").check_origin(CheckOrigin::off());  // of whose clients nothing is kept
  bench.channel<Bench>("bench:*");
  bench.channel<PresenceRoom>("presence:*", std::ref(app));

  mount_at(app, "/socket")
      .longpoll()
      .error_handler(too_many_requests)
      .channel<SharedCounter>("counter", app.document<CounterState>("counter"));
  mount_at(app, "/socket_compress").websocket({.compress = true}).longpoll({.window = 500ms, .pubsub_timeout = 500ms});
  mount_at(app, "/socket_short")
      .websocket({.timeout = 1500ms, .frame_bytes_max = 1000})
      .longpoll({.window = 1000ms, .token_age_max = 2s});
  mount_at(app, "/socket_poll").no_websocket().longpoll({.window = 500ms, .pubsub_timeout = 500ms});
  mount_at(app, "/socket_limited").longpoll().max_channels(3);
  mount_at(app, "/socket_v1").longpoll().only_v1();
  mount_at(app, "/socket_origin")
      .longpoll()
      .check_origin(CheckOrigin::list(
          {"https://example.com", "//other.org", "//port.org:8080", "http://plain.net", "//*.wild.net"}));
  mount_at(app, "/socket_origin_host").longpoll().check_origin(CheckOrigin::host());
  mount_at(app, "/socket_origin_conn").longpoll().check_origin(CheckOrigin::conn());
  mount_at(app, "/socket_protocols").websocket({.subprotocols = {"sip", "chat"}});
  mount_at(app, "/socket_info", Keep::connect_info).longpoll();
  mount_at(app, "/tenant/:tenant/socket", Keep::connect_info)
      .websocket({.path = "/ws/:shard"})
      .longpoll({.path = "/lp/:shard"});
  mount_at(app, "/socket_auth").longpoll().auth_token();

  // Limits that a test can reach. Rates give nothing back while it runs.
  constexpr double kNever = 0.001;
  mount_at(app, "/socket_rates")
      .longpoll()
      .limits({.joins = {.per_second = kNever, .burst = 2}, .messages = {.per_second = kNever, .burst = 10}});
  mount_at(app, "/socket_tight")
      .longpoll({.pubsub_timeout = 100ms, .buffer_bytes_max = 100'000})
      .limits({.outbox_bytes_max = 100'000, .inbox_items_max = 10, .join_queue_items_max = 10});

  // Autobahn's fuzzing client sends messages of 16 MiB, and of 70,000 fragments.
  constexpr std::size_t kLargest = 17 << 20;
  app.socket("/echo")
      .check_origin(CheckOrigin::off())
      .websocket({.frame_bytes_max = kLargest, .message_bytes_max = kLargest, .compress = true})
      .raw<Echo>();
}

}  // namespace contract
