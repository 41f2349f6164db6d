#pragma once

#include <expected>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace roost::server {

/// What a configuration file says.
struct ConfigFile {
  struct Value {
    std::string key;  // "cluster.nats"
    /// The value as a flag would have it; an array has one for each element.
    std::vector<std::string> texts;
    std::size_t line;
    bool is_list = false;
  };
  std::vector<Value> values;        // in the order of the file's keys
  boost::json::object app;          // the table [app], which is the application's own
  std::vector<std::string> errors;  // values of a kind that no setting has: "roost.toml:3: …"
};

/// Reads a file in TOML 1.0. Error: it cannot be read, or is no TOML: "roost.toml:3: …".
std::expected<ConfigFile, std::string> read_config_file(const std::string& path);

}  // namespace roost::server
