#!/usr/bin/env bash
# Kafka, a watcher and three proxies on this machine, without Docker. Needs KAFKA_HOME (an unpacked Apache Kafka 4.x), Java 17 or newer
# and the .NET SDK. Everything listens on 127.0.0.1, keeps its data under artifacts/local, and stops with Ctrl-C.
#
#   KAFKA_HOME=/opt/kafka deploy/local/up.sh [MANIFESTS...]
#
# MANIFESTS: files or folders; default samples/manifests, for which three echo servers are started too.
# KAFKA_PORT (default 9092) moves the broker.
set -euo pipefail
manifests=()
for path in "$@"; do manifests+=("$(realpath "$path")"); done
cd "$(dirname "$0")/../.."

fail() { echo "up.sh: $*" >&2; exit 2; }
[ -n "${KAFKA_HOME:-}" ] || fail "set KAFKA_HOME to an unpacked Apache Kafka, for example KAFKA_HOME=/opt/kafka_2.13-4.3.1 $0"
compgen -G "$KAFKA_HOME/libs/kafka*.jar" > /dev/null || fail "there is no libs/kafka*.jar in KAFKA_HOME=$KAFKA_HOME"
command -v java > /dev/null || fail "there is no java; Kafka 4 needs 17 or newer"
command -v dotnet > /dev/null || fail "there is no dotnet; EventGateway needs the .NET 10 SDK"

data=artifacts/local
kafka=127.0.0.1:${KAFKA_PORT:-9092}
mkdir -p "$data/kafka"

children=()
names=()
stop() {
  trap - INT TERM EXIT
  # The last started stops first, so that nobody complains of a broker that is gone.
  for ((i = ${#children[@]} - 1; i >= 0; i--)); do
    kill "${children[i]}" 2>/dev/null && wait "${children[i]}" 2>/dev/null || true
  done
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM
start() { # NAME COMMAND...: in the background, its output in a file of its own
  local name=$1; shift
  "$@" > "$data/$name.log" 2>&1 &
  children+=($!)
  names+=("$name")
}
await() { # NAME SECONDS COMMAND...
  local name=$1 deadline=$((SECONDS + $2)); shift 2
  until "$@" > /dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "${children[-1]}" 2>/dev/null; then
      echo "up.sh: $name did not start; the end of $data/$name.log:" >&2
      tail -n 15 "$data/$name.log" >&2
      exit 3
    fi
    sleep 0.2
  done
  # Somebody else's process may have answered on that port.
  sleep 0.5
  kill -0 "${children[-1]}" 2>/dev/null || { echo "up.sh: $name did not start:" >&2; tail -n 15 "$data/$name.log" >&2; exit 3; }
}

echo "Building ..."
dotnet build src/EventGateway -c Release -nologo > "$data/build.log" || { cat "$data/build.log" >&2; exit 3; }
gateway=(dotnet src/EventGateway/bin/Release/net10.0/eventgateway.dll)

echo "Starting Kafka on $kafka ..."
controller=$((${KAFKA_PORT:-9092} + 1))
cat > "$data/kafka/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://$kafka,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://$kafka
controller.listener.names=CONTROLLER
log.dirs=$data/kafka/log
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
PROPERTIES
java=(java -Xmx512m -cp "$KAFKA_HOME/libs/*")
log4j=$(compgen -G "$KAFKA_HOME/config/log4j2.*" | head -n 1 || true)
[ -z "$log4j" ] || java+=("-Dlog4j2.configurationFile=$log4j" "-Dkafka.logs.dir=$data/kafka")
if [ ! -f "$data/kafka/log/meta.properties" ]; then
  id=$("${java[@]}" kafka.tools.StorageTool random-uuid 2>/dev/null | tail -n 1)
  "${java[@]}" kafka.tools.StorageTool format -t "$id" -c "$data/kafka/server.properties" > "$data/kafka.log" 2>&1 || { cat "$data/kafka.log" >&2; exit 3; }
fi
start kafka "${java[@]}" kafka.Kafka "$data/kafka/server.properties"
await kafka 60 "${gateway[@]}" topics plan --kafka "$kafka" --origin local --workspace default

[ -f "$data/key-ring" ] || (umask 077; "${gateway[@]}" keys new > "$data/key-ring")

sample=""
if [ "${#manifests[@]}" -eq 0 ]; then
  manifests=(samples/manifests)
  sample=yes
  start echo "${gateway[@]}" echo 9001 9002 9003
fi

echo "Starting a watcher and three proxies ..."
start watcher "${gateway[@]}" watcher --kafka "$kafka" --origin local --create-topics --key-ring "$data/key-ring" --bind 127.0.0.1 --status-port 8100 \
  --manifests "${manifests[@]}"
await watcher 60 curl -fs http://127.0.0.1:8100/readyz
for n in 1 2 3; do
  start "proxy-$n" "${gateway[@]}" proxy --kafka "$kafka" --key-ring "$data/key-ring" --bind 127.0.0.1 \
    --http-port "80${n}0" --https-port "84${n}0" --status-port "81${n}0"
done
for n in 1 2 3; do
  await "proxy-$n" 60 curl -fs "http://127.0.0.1:81${n}0/readyz"
done

cat <<HINTS

Kafka is on $kafka; the watcher's status on http://127.0.0.1:8100; the proxies on 8010, 8020 and 8030 (https 84N0, status 81N0).
Logs are in $data/*.log. Stop everything with Ctrl-C.

HINTS
[ -z "$sample" ] || cat <<HINTS
  curl -H 'Host: shop.example' http://127.0.0.1:8010/cart/42
  curl -H 'Host: shop.example' http://127.0.0.1:8020/api/prices
  curl -H 'Host: news.blog.example' http://127.0.0.1:8030/hello
HINTS
for n in 1 2 3; do
  echo "  ${gateway[*]} status --url http://127.0.0.1:81${n}0"
done

wait -n "${children[@]}" || true
for i in "${!children[@]}"; do
  kill -0 "${children[i]}" 2>/dev/null || {
    echo "up.sh: ${names[i]} has ended; stopping the others. The end of $data/${names[i]}.log:" >&2
    tail -n 5 "$data/${names[i]}.log" >&2
  }
done
exit 3
