// roost-demo: clicks and chat in one server, with their pages.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include <roost/roost.hpp>

#include "chat/chat.h"
#include "chat/store.h"
#include "clicks/clicks.h"
#include "demo/user.h"

namespace {

constexpr const char* kDefaultDb = "roost-demo.db";  // in the current directory

roost::Options options_of(int argc, char** argv) {
  roost::Options options = roost::App::from_args(argc, argv).options();
  if (options.db.empty()) options.db = kDefaultDb;
  return options;
}

// Where the built pages are: ROOST_DEMO_WEB, or where the build left them.
std::string pages() {
  const char* directory = std::getenv("ROOST_DEMO_WEB");
  return directory ? directory : ROOST_DEMO_WEB_DIR;
}

int serve(const roost::Options& options) {
  roost::App app(options);
  const auto store = std::make_shared<chat::Store>(options.db);
  const auto counts = app.agent<clicks::State>("clicks", clicks::opening_state());

  auto& socket = app.socket("/socket").connect(demo::connect).check_origin(roost::CheckOrigin::conn()).longpoll();
  socket.channel<clicks::Counter>("clicks", std::ref(app), counts);
  socket.channel<chat::Lobby>("lobby", std::ref(app), store);
  socket.channel<chat::Room>("room:*", std::ref(app), store);
  app.static_files("/", pages());
  return app.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return serve(options_of(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "roost-demo: " << error.what() << '\n';
    return 1;
  }
}
