#pragma once

#include <string>

#include <CLI/App.hpp>

#include <roost/cluster.hpp>

namespace roost::server {

/// The flags of a node of a cluster: --nats, --node, …, and ROOST_NATS, ROOST_NODE, …
void add_cluster_options(CLI::App& cli, ClusterOptions& options);

}  // namespace roost::server
