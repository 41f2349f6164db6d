// A server on uWebSockets that does what bench/floor does. Compiled by `./dev bench --uwebsockets DIR` alone, where DIR
// is a checkout of https://github.com/uNetworking/uWebSockets with its submodule uSockets; nothing of it is kept here.
//
//   uwebsockets --port N
//
// It speaks just enough of Phoenix's V2 JSON that `roost bench` can drive it: a message is
// [join_ref,ref,topic,event,payload] without blanks and escapes. It is not parsed as JSON, nor checked, which is in
// favour of this peer.

#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/resource.h>

#include "App.h"

namespace {

struct PerSocket {};
using Socket = uWS::WebSocket<false, true, PerSocket>;

/// The elements of a message as they stand in the text; topic and event without their quotes.
struct Message {
  std::string_view join_ref, ref, topic, event, payload;
};

bool parse(std::string_view text, Message& message) {
  if (text.size() < 2) return false;
  std::string_view rest = text.substr(1, text.size() - 2);
  for (std::string_view* part : {&message.join_ref, &message.ref, &message.topic, &message.event}) {
    const std::size_t comma = rest.find(',');
    if (comma == std::string_view::npos) return false;
    *part = rest.substr(0, comma);
    rest.remove_prefix(comma + 1);
  }
  message.payload = rest;
  for (std::string_view* part : {&message.topic, &message.event}) {
    if (part->size() < 2) return false;
    *part = part->substr(1, part->size() - 2);
  }
  return true;
}

void reply(Socket* socket, const Message& message, std::string_view response) {
  static std::string text;
  text.assign("[").append(message.join_ref).append(",").append(message.ref).append(",\"").append(message.topic);
  text.append("\",\"phx_reply\",{\"response\":").append(response).append(",\"status\":\"ok\"}]");
  socket->send(text, uWS::OpCode::TEXT);
}

void broadcast(uWS::App& app, const Message& message) {
  static std::string text;
  text.assign("[null,null,\"").append(message.topic).append("\",\"msg\",").append(message.payload).append("]");
  app.publish(message.topic, text, uWS::OpCode::TEXT);
}

void handle(uWS::App& app, Socket* socket, std::string_view text) {
  Message message;
  if (!parse(text, message)) {
    socket->close();
  } else if (message.event == "pub") {
    broadcast(app, message);
  } else if (message.event == "echo") {
    reply(socket, message, message.payload);
  } else if (message.event == "phx_join") {
    socket->subscribe(message.topic);
    reply(socket, message, "{}");
  } else {
    reply(socket, message, "{}");
  }
}

void allow_many_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  int port = 4200;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--port") port = std::atoi(argv[i + 1]);
  allow_many_descriptors();

  uWS::App app;
  uWS::App::WebSocketBehavior<PerSocket> behavior;
  behavior.compression = uWS::DISABLED;
  behavior.maxPayloadLength = 16 << 20;
  behavior.maxBackpressure =
      16 << 20;  // beyond it leaves messages out: a delivery that is missing ends the measurement
  behavior.idleTimeout = 120;
  behavior.message = [&app](Socket* socket, std::string_view text, uWS::OpCode) { handle(app, socket, text); };
  app.ws<PerSocket>("/*", std::move(behavior));
  bool listens = false;
  app.listen("127.0.0.1", port, [&listens](auto* socket) { listens = socket != nullptr; });
  if (!listens) return 1;
  app.run();
}
