# Phoenix Channels 2.0.0 with AnyEvent: perl v2.pl ws://HOST:PORT/socket TOPIC
use v5.36;
use AnyEvent::WebSocket::Client;
use JSON::PP;

my ($url, $topic) = @ARGV;
my ($json, $end) = (JSON::PP->new->ascii, AE::cv);
my $socket = AnyEvent::WebSocket::Client->new->connect("$url/websocket?vsn=2.0.0")->recv;
my $push = sub ($ref, $event, $payload) { $socket->send($json->encode(["1", $ref, $topic, $event, $payload])) };

$socket->on(each_message => sub ($self, $message, @) {
  my ($join_ref, $ref, $its_topic, $event, $payload) = $json->decode($message->decoded_body)->@*;
  syswrite STDOUT, $json->encode([$ref, $event, $payload]) . "\n";
  $push->("3", "phx_leave", {}) if $event eq "news";
  $end->send if $event eq "phx_close";
});
$push->("1", "phx_join", {});
$push->("2", "echo", {hello => "w\x{f6}rld"});
$end->recv;
