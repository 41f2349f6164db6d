#include "server/contract.h"

#include <set>

#include <roost/typescript.hpp>

namespace roost::server {
namespace {

/// "room:*" -> "room:{id}"
std::string topic_key(std::string pattern) {
  if (pattern.ends_with('*')) pattern.replace(pattern.size() - 1, 1, "{id}");
  return pattern;
}

/// A JSON string is a JavaScript string; a single quote is what TypeScript's formatters want.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + "'";
}

std::string line(std::string_view name, TopicTypes::Type type, TypeScript& typescript) {
  return type ? "    readonly " + std::string(name) + ": " + type(typescript) + "\n" : "";
}

std::string push(const TopicTypes::Push& types, TypeScript& typescript) {
  std::string parts;
  if (types.payload) parts += "readonly payload: " + types.payload(typescript);
  if (types.reply) parts += (parts.empty() ? "" : "; ") + ("readonly reply: " + types.reply(typescript));
  return parts.empty() ? "object" : "{ " + parts + " }";
}

std::string block(std::string_view name, const std::string& lines) {
  return lines.empty() ? "" : "    readonly " + std::string(name) + ": {\n" + lines + "    }\n";
}

std::string entry(const TopicTypes& types, TypeScript& typescript) {
  std::string events, pushes;
  for (const auto& [name, type] : types.events)
    events += "      readonly " + quoted(name) + ": " + type(typescript) + "\n";
  for (const auto& [name, each] : types.pushes)
    pushes += "      readonly " + quoted(name) + ": " + push(each, typescript) + "\n";
  return line("params", types.params, typescript) + line("reply", types.reply, typescript) + block("events", events) +
         block("pushes", pushes) + line("presence", types.presence, typescript) +
         line("state", types.state, typescript);
}

}  // namespace

std::string typescript_contract(const std::vector<std::unique_ptr<SocketMount>>& mounts) {
  TypeScript typescript;
  std::string topics;
  std::set<std::string> seen;
  for (const auto& mount : mounts)
    for (const auto& route : mount->routes_)
      if (seen.insert(route.pattern).second)
        topics += "  readonly " + quoted(topic_key(route.pattern)) + ": {\n" + entry(route.events->types, typescript) +
                  "  }\n";
  return "// Made of the server's channel classes (--contract-ts): change those, not this.\n"
         "import type {} from '@roost/react'\n\n" +
         typescript.declarations() + "export interface Contract {\n" + topics +
         "}\n\n"
         "declare module '@roost/react' {\n"
         "  interface Register {\n"
         "    readonly contract: Contract\n"
         "  }\n"
         "}\n";
}

}  // namespace roost::server
