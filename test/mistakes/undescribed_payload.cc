// error: describe a struct with BOOST_DESCRIBE_STRUCT
#include <roost/roost.hpp>

struct NewMsg {
  std::string body;
};

struct Room : roost::Channel {
  roost::JoinReply join() { return roost::ok(NewMsg{"welcome"}); }
};
