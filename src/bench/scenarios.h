#pragma once

#include <expected>
#include <memory>

#include "base/error.h"
#include "bench/load.h"
#include "bench/result.h"
#include "bench/settings.h"
#include "bench/team.h"

namespace roost::bench {

using MakeLoad = std::unique_ptr<Load> (*)(const Settings& settings, Team& team);

/// Each topic has one publisher, and all clients of the topic, itself among them, get what it publishes.
/// By window: so many are sent at once, and the next when every client has all of them. By rate: whatever came back.
std::unique_ptr<Load> make_fanout(const Settings& settings, Team& team);

/// Each client sends messages and waits for the replies, `window` of them in flight. By rate: all clients in turn.
std::unique_ptr<Load> make_echo(const Settings& settings, Team& team);

/// Clients connect and join, `concurrency` at a time; then they stay for `hold`.
std::unique_ptr<Load> make_connect(const Settings& settings, Team& team);

/// Clients connect, join, leave, disconnect, and come back: over and over, or `rate` times a second.
std::unique_ptr<Load> make_churn(const Settings& settings, Team& team);

/// Clients leave their topic and join it again, and all others of the topic hear of it through Presence. One process.
std::unique_ptr<Load> make_presence(const Settings& settings, Team& team);

/// The same topic, but all that happens is that they come (Settings::over), or that they are there and update their
/// metas (Settings::updates_per_second); until every client's roster is right. One process.
std::unique_ptr<Load> make_presence_storm(const Settings& settings, Team& team);

/// Runs a load to its end in as many processes as it takes. Blocks; returns in the process that called. Error: it could
/// not begin.
std::expected<Result, Error> run(const Settings& settings, MakeLoad make);

}  // namespace roost::bench
