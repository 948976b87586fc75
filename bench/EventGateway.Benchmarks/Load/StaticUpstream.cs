using System.Globalization;
using EventGateway.TestKit.Processes;

namespace EventGateway.Benchmarks.Load;

/// <summary>nginx with two files, on two ports as two endpoints: the cheapest upstream there is, so that the proxies are what is measured.</summary>
internal static class StaticUpstream
{
    public const string OneKiB = "1k";
    public const string SixtyFourKiB = "64k";

    public static Peer Create(LoadArea area, out IReadOnlyList<int> ports)
    {
        ports = [FreePorts.Take(), FreePorts.Take()];
        area.Write("files/" + OneKiB, new string('x', 1024));
        area.Write("files/" + SixtyFourKiB, new string('x', 64 * 1024));
        var config = area.Write("upstream.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            user root;
            worker_processes 1;
            daemon off;
            pid {{area.PathOf("upstream.pid")}};
            error_log {{area.PathOf("upstream.log")}} error;
            events { worker_connections 4096; }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              open_file_cache max=16;
              open_file_cache_valid 1h;
              keepalive_requests 1000000000;
              keepalive_timeout 1h;
              {{NginxPeer.TemporaryPaths(area, "upstream")}}
              server {
                listen 127.0.0.1:{{ports[0]}} backlog=4096;
                listen 127.0.0.1:{{ports[1]}} backlog=4096;
                root {{area.PathOf("files")}};
              }
            }
            """));
        return new Peer("upstream", new PeerPorts(ports[0], 0, 0), NginxPeer.Start(config));
    }
}
