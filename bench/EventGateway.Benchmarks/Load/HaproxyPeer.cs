using System.Diagnostics;
using System.Globalization;

namespace EventGateway.Benchmarks.Load;

/// <summary>HAProxy: keep-alive to the upstream, connections shared, no log.</summary>
internal static class HaproxyPeer
{
    public static Peer Create(LoadArea area, LoadOptions options, IReadOnlyList<int> upstreams)
    {
        var ports = PeerPorts.Take();
        var config = area.Write("haproxy.cfg", string.Create(CultureInfo.InvariantCulture, $$"""
            global
              nbthread {{options.Threads}}
              maxconn 4096
              ssl-default-bind-options ssl-min-ver TLSv1.2
            defaults
              mode http
              timeout connect 5s
              timeout client 1h
              timeout server 1h
              option http-keep-alive
              option forwardfor
              http-reuse always
            frontend front
              bind 127.0.0.1:{{ports.Http}} backlog 4096
              bind 127.0.0.1:{{ports.Https}} ssl crt {{area.PathOf("both.pem")}} alpn h2,http/1.1 backlog 4096
              bind 127.0.0.1:{{ports.H2c}} proto h2 backlog 4096
              http-request set-header X-Real-IP %[src]
              http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
              http-request set-header X-Forwarded-Host %[req.hdr(Host),field(1,:)]
              http-request set-header X-Forwarded-Port %[dst_port]
              default_backend two
            backend two
              balance roundrobin
              server a 127.0.0.1:{{upstreams[0]}}
              server b 127.0.0.1:{{upstreams[1]}}

            """));
        return new Peer("HAProxy", ports, new ProcessStartInfo(LoadArea.Find("haproxy")!, ["-db", "-f", config]));
    }
}
