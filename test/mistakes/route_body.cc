// error: describe a struct with BOOST_DESCRIBE_STRUCT
#include <roost/roost.hpp>

struct NewRoom {
  std::string name;
};

void mount(roost::App& app) {
  app.post("/rooms", [](const roost::HttpRequest&, NewRoom) { return roost::HttpResponse::no_content(); });
}
