// error: a route's function takes a const roost::HttpRequest&, then the body
#include <roost/roost.hpp>

void mount(roost::App& app) {
  app.post("/rooms", [](int, const roost::HttpRequest&) { return roost::HttpResponse::no_content(); });
}
