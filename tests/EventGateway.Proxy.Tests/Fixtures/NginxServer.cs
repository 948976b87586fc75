using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EventGateway.TestKit.Processes;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>A real nginx as upstream, with files of its own in a folder of its own.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("eg-nginx").FullName;
    private readonly Process _process;

    private NginxServer(int port)
    {
        Port = port;
        File.WriteAllText(Path.Combine(_folder, "file.txt"), string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i,6}\n")));
        var config = Path.Combine(_folder, "nginx.conf");
        File.WriteAllText(config, $$"""
            daemon off; master_process off; pid {{_folder}}/pid; error_log stderr error;
            events { }
            http {
              access_log off; default_type text/plain; client_body_temp_path {{_folder}}/body; proxy_temp_path {{_folder}}/proxy;
              fastcgi_temp_path {{_folder}}/f; uwsgi_temp_path {{_folder}}/u; scgi_temp_path {{_folder}}/s;
              server {
                listen 127.0.0.1:{{port}}; root {{_folder}}; keepalive_requests 5;
                gzip on; gzip_types text/plain; gzip_min_length 100;
                location = /connection { return 200 "$connection $connection_requests $server_protocol"; }
              }
            }
            """);
        _process = Tool.Start("nginx", "-c", config, "-p", _folder);
    }

    public int Port { get; }

    public static async Task<NginxServer> StartAsync()
    {
        var server = new NginxServer(GatewayHost.FreePort());
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    using var client = new TcpClient();
                    await client.ConnectAsync(IPAddress.Loopback, server.Port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "nginx to listen", [], TimeSpan.FromSeconds(20));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
