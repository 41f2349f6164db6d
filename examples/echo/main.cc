// A protocol of one's own over Roost's transports: every message comes back. Try it with any WebSocket client at
// ws://127.0.0.1:4000/echo/websocket.
#include <roost/roost.hpp>

class Echo : public roost::RawSocket {
 public:
  void on_open() override { send_text("welcome"); }
  void on_message(std::string_view bytes, bool binary) override { binary ? send_binary(bytes) : send_text(bytes); }
};

int main(int argc, char** argv) {
  auto app = roost::App::from_args(argc, argv);
  app.socket("/echo").check_origin(roost::CheckOrigin::conn()).websocket({.compress = true}).longpoll().raw<Echo>();
  return app.run();
}
