#include "server/cluster_options.h"

#include <CLI/CLI.hpp>

namespace roost::server {

void add_cluster_options(CLI::App& cli, ClusterOptions& options) {
  cli.add_option("--nats", options.nats, "NATS server of the cluster, nats://host:4222; may be given again, or as a,b")
      ->envname("ROOST_NATS")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("URL");
  cli.add_option("--node", options.node, "this node's name in the cluster; without it roost@HOSTNAME:PORT")
      ->envname("ROOST_NODE");
  cli.add_option("--nats-prefix", options.nats_prefix, "what all NATS subjects begin with")
      ->envname("ROOST_NATS_PREFIX")
      ->capture_default_str();
  cli.add_option("--nats-credentials", options.nats_credentials, "credentials file for NATS")
      ->envname("ROOST_NATS_CREDENTIALS");
  cli.add_flag("--nats-tls", options.nats_tls, "TLS to NATS")->envname("ROOST_NATS_TLS");
  cli.add_option("--nats-ca", options.nats_ca, "PEM file of who signed the NATS servers' certificates")
      ->envname("ROOST_NATS_CA");
  cli.add_option("--nats-certificate", options.nats_certificate, "PEM file of this node's certificate for NATS")
      ->envname("ROOST_NATS_CERTIFICATE");
  cli.add_option("--nats-key", options.nats_key, "PEM file of its key")->envname("ROOST_NATS_KEY");
}

}  // namespace roost::server
