#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <roost/options.hpp>

namespace roost::server {

/// One thing that can be set: in a file by its key, by a variable of the environment, by a flag.
struct Setting {
  enum class Kind {
    value,  // --port 4000; the last one counts
    list,   // --nats a,b --nats c; in a file: an array or a string
    on,     // --nats-tls; in a file or the environment: true or false
  };
  std::string key;      // "port", "cluster.nats": in a file
  std::string flag;     // "--port"; the variable is ROOST_PORT
  std::string help;     // what it is, for --help
  std::string allowed;  // "0..65535", for --help; empty: any text
  Kind kind = Kind::value;
  /// Sets it; or what is wrong: "\"x\" is not a whole number in 0..65535". Lists get their elements.
  std::function<std::string(Options&, std::span<const std::string>)> set;
  /// What it is in these options, as a flag would have it; empty: nothing.
  std::function<std::string(const Options&)> show;

  std::string variable() const;
};

/// All settings, in the order of --help.
const std::vector<Setting>& settings();

/// The one of `names` that `name` is most likely a misspelling of; empty: none is near.
std::string closest(std::string_view name, std::span<const std::string> names);

}  // namespace roost::server
