# Phoenix Channels 1.0.0 with AnyEvent: perl v1.pl ws://HOST:PORT/socket TOPIC
use v5.36;
use AnyEvent::WebSocket::Client;
use JSON::PP;

my ($url, $topic) = @ARGV;
my ($json, $end) = (JSON::PP->new->ascii, AE::cv);
my $socket = AnyEvent::WebSocket::Client->new->connect("$url/websocket")->recv;
my $push = sub ($ref, $event, $payload) {
  $socket->send($json->encode({topic => $topic, event => $event, payload => $payload, ref => $ref}));
};

$socket->on(each_message => sub ($self, $text, @) {
  my $message = $json->decode($text->decoded_body);
  syswrite STDOUT, $json->encode([$message->@{qw(ref event payload)}]) . "\n";
  $push->("3", "phx_leave", {}) if $message->{event} eq "news";
  $end->send if $message->{event} eq "phx_close";
});
$push->("1", "phx_join", {});
$push->("2", "echo", {hello => "w\x{f6}rld"});
$end->recv;
