using System.Diagnostics;
using System.Globalization;

namespace EventGateway.Benchmarks.Load;

/// <summary>nginx as a proxy: keep-alive to the upstream, answers held in memory, no access log.</summary>
internal static class NginxPeer
{
    public static Peer Create(LoadArea area, LoadOptions options, IReadOnlyList<int> upstreams)
    {
        var ports = PeerPorts.Take();
        var config = area.Write("nginx.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            user root;
            worker_processes {{options.Threads}};
            daemon off;
            pid {{area.PathOf("nginx.pid")}};
            error_log {{area.PathOf("nginx.log")}} error;
            events { worker_connections 4096; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              keepalive_timeout 1h;
              http2_max_concurrent_streams 128;
              ssl_protocols TLSv1.2 TLSv1.3;
              ssl_certificate {{area.PathOf("cert.pem")}};
              ssl_certificate_key {{area.PathOf("key.pem")}};
              proxy_buffer_size 8k;
              proxy_buffers 16 8k;
              proxy_max_temp_file_size 0;
              {{TemporaryPaths(area, "nginx")}}
              upstream two {
                server 127.0.0.1:{{upstreams[0]}};
                server 127.0.0.1:{{upstreams[1]}};
                keepalive 256;
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
              }
              server {
                listen 127.0.0.1:{{ports.Http}} backlog=4096;
                listen 127.0.0.1:{{ports.Https}} ssl http2 backlog=4096;
                listen 127.0.0.1:{{ports.H2c}} http2 backlog=4096;
                server_name {{LoadArea.Host}};
                location / {
                  proxy_pass http://two;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                  proxy_set_header X-Real-IP $remote_addr;
                  proxy_set_header X-Forwarded-Proto $scheme;
                  proxy_set_header X-Forwarded-Host $host;
                  proxy_set_header X-Forwarded-Port $server_port;
                }
              }
            }
            """));
        return new Peer("nginx", ports, Start(config));
    }

    public static ProcessStartInfo Start(string config) => new(LoadArea.Find("nginx")!, ["-c", config]);

    public static string TemporaryPaths(LoadArea area, string name) => string.Join("\n  ", new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }
        .Select(kind => $"{kind}_temp_path {area.PathOf($"{name}-{kind}")};"));
}
