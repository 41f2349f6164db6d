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

// Where the chat is kept: ROOST_DEMO_CHAT_DB, or with all else. Nodes of a cluster share it, as an application's nodes
// share its database; their clicks they keep each for itself.
std::string chat_db(const roost::Options& options) {
  const char* file = std::getenv("ROOST_DEMO_CHAT_DB");
  return file ? file : options.db;
}

int serve(const roost::Options& options) {
  roost::App app(options);
  const auto store = std::make_shared<chat::Store>(chat_db(options));
  const auto bar = std::make_shared<clicks::Bar>(app);

  auto& socket = app.socket("/socket").connect(demo::connect).check_origin(roost::CheckOrigin::conn()).longpoll();
  socket.channel<clicks::Counter>("clicks", bar);
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
